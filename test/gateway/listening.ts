// A gateway on a real socket before a fake edge, and clients that keep all the bytes they read.
import net from 'node:net';
import { GatewayServer } from '../../src/gateway/gateway-server.ts';
import { ALICE, aWorld } from './fixtures.ts';
import { requestBytes } from './http-client.ts';

export async function listening() {
  const world = aWorld();
  const gateway = new GatewayServer(world.gateway);
  const port = await gateway.listen('127.0.0.1', 0);
  const authorization = `Bearer ${await world.token(ALICE)}`;
  return { ...world, gateway, hub: world.gateway.hub, port, authorization };
}

/** A hang is a failure that says where. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never came true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A client that keeps all it reads. */
export function reader(port: number, request: Buffer) {
  const socket = net.connect(port, '127.0.0.1', () => socket.write(request));
  const chunks: Buffer[] = [];
  const state = {
    socket,
    text: '',
    isClosed: false,
    get bytes() {
      return Buffer.concat(chunks);
    },
  };
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    state.text += chunk.toString('latin1');
  });
  socket.on('close', () => {
    state.isClosed = true;
  });
  socket.on('error', () => undefined); // a reset is a close too, which is what the tests look at
  return state;
}

export const streamOf = (
  authorization: string,
  query = 'orders=true',
  headers: Readonly<Record<string, string>> = {},
) =>
  requestBytes({ method: 'GET', path: `/stream?${query}`, headers: { authorization, ...headers } });
