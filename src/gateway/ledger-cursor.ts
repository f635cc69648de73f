// Where a page of the ledger goes on. Opaque to clients; whose ledger it is, the token says.
import { Type } from 'typebox';
import type { LedgerPlace } from '../actors/read-pool/protocol.ts';
import { cursorText, readCursor } from './cursor.ts';
import { shape } from './shape.ts';

export function ledgerCursorOf({ seq, postingNo }: LedgerPlace): string {
  return cursorText({ seq, postingNo });
}

/** Null when it is none of ours. */
export function readLedgerCursor(text: string): LedgerPlace | null {
  return readCursor(text, CURSOR);
}

const NUMBER = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const CURSOR = shape({ seq: NUMBER, postingNo: NUMBER });
