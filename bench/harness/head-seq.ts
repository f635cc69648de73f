// The number of a user's newest event, as a stream opened for the purpose is greeted with it.
import type { BenchUser } from './broker-process.ts';
import type { Target } from './raw-http.ts';
import { SseClient } from './sse-client.ts';

const HELLO_MS_MAX = 10_000;

export function readHeadSeq(target: Target, { userId, token }: BenchUser): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(timer);
      client.close();
      reject(new Error(`the stream of ${userId} gave no hello: ${reason}`));
    };
    const timer = setTimeout(fail, HELLO_MS_MAX, 'nothing came');
    const client = new SseClient({
      target,
      path: '/stream?orders=true',
      token,
      onEvent: ({ event, data }) => {
        if (event !== 'hello') return;
        clearTimeout(timer);
        client.close();
        resolve((JSON.parse(data) as { readonly headSeq: number }).headSeq);
      },
      onClosed: fail,
    });
    void client.open();
  });
}
