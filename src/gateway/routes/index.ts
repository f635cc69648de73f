// Every route of the public interface, once.
import type { Route } from '../route.ts';
import { cancelOrder } from './cancel-order.ts';
import { createOrder } from './create-order.ts';
import { createSession } from './create-session.ts';
import { getAccount } from './get-account.ts';
import { getOrder } from './get-order.ts';
import { getSymbol } from './get-symbol.ts';
import { listActors } from './list-actors.ts';
import { listOrders } from './list-orders.ts';
import { listPositions } from './list-positions.ts';
import { listSymbols } from './list-symbols.ts';
import { livez } from './livez.ts';
import { openStream } from './open-stream.ts';
import { readyz } from './readyz.ts';

export const ROUTES: readonly Route[] = [
  createSession,
  getSymbol,
  listSymbols,
  createOrder,
  getOrder,
  cancelOrder,
  listOrders,
  getAccount,
  listPositions,
  openStream,
  livez,
  readyz,
  listActors,
] as readonly Route[];
