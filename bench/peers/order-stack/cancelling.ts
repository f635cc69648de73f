// DELETE /order/:id: pending_cancel is durable before the exchange is asked, its answer before the
// client hears of it. Cancels that come together share each of the three steps.
import type { CancelRequest, CancelResult } from '../../../src/exchange/port.ts';
import { LIMITS } from '../../../src/limits.ts';
import { Batcher } from './batcher.ts';
import type { ExchangeClient } from './exchange.ts';
import { eventText } from './order-json.ts';
import { type Answer, problem } from './problem.ts';
import type { Publisher } from './publisher.ts';
import type { CancelItem, CancelRequested, Changed, SettleItem, Statements } from './statements.ts';

export interface CancellingParts {
  readonly statements: Statements;
  readonly exchange: ExchangeClient;
  readonly publisher: Publisher;
}

export class Cancelling {
  readonly #publisher: Publisher;
  readonly #requests: Batcher<CancelItem, CancelRequested>;
  readonly #cancels: Batcher<CancelRequest, { readonly result: CancelResult | null }>;
  readonly #settles: Batcher<SettleItem, Changed>;

  constructor({ statements, exchange, publisher }: CancellingParts) {
    this.#publisher = publisher;
    const sizeMax = LIMITS.batchOrdersMax;
    this.#requests = new Batcher({
      sizeMax,
      inFlightMax: 1,
      run: (items) => statements.requestCancels(items),
    });
    this.#cancels = new Batcher({
      sizeMax,
      inFlightMax: 1,
      run: async (cancels) => {
        const reply = await exchange.cancel(cancels);
        const results = reply.outcome === 'answered' ? reply.results : [];
        return cancels.map((_, index) => ({ result: results[index] ?? null }));
      },
    });
    this.#settles = new Batcher({
      sizeMax,
      inFlightMax: 1,
      run: (items) => statements.settleCancels(items),
    });
  }

  async cancel(userId: string, id: string): Promise<Answer> {
    const at = Date.now();
    const { seq, status, externalId, cancels } = await this.#requests.add({ userId, id, at });
    if (status === null) return problem('order_not_found');
    if (seq === null) return closedAnswer(id, status);
    this.#tell(userId, id, { seq, status, ...NO_CASH }, 'order_cancel_requested', at);

    const cancelId = `${id}.c${cancels}`;
    const asked = { cancelId, clientOrderId: id, externalOrderId: externalId };
    const { result } = await this.#cancels.add(asked);
    if (result === null) return { status: 202, body: JSON.stringify({ ok: true, id, status }) };

    const isCancelled = result.outcome === 'cancelled';
    const settledAt = Date.now();
    const settled = await this.#settles.add({
      userId,
      id,
      at: settledAt,
      finalQty: isCancelled ? result.cumQty : null,
      reason: isCancelled ? null : result.reason,
    });
    const kind = isCancelled ? 'order_cancelled' : 'order_cancel_rejected';
    if (settled.seq !== null) this.#tell(userId, id, settled, kind, settledAt);
    if (isCancelled) return closedAnswer(id, settled.status);
    // Too late: it is closed there, and its last fill is on its way here.
    const code = result.reason === 'too_late' ? 'order_closed' : 'cancel_rejected';
    return problem(code, { orderId: id, orderStatus: settled.status });
  }

  #tell(userId: string, id: string, changed: Changed, kind: string, atMs: number): void {
    const about = { orderId: id, status: changed.status };
    this.#publisher.publish(userId, eventText(changed.seq ?? 0, kind, atMs, about, changed));
  }
}

const NO_CASH = { available: null, reserved: null } as const;

function closedAnswer(id: string, status: string): Answer {
  if (status === 'cancelled' || status === 'expired') {
    return { status: 200, body: JSON.stringify({ ok: true, id, status }) };
  }
  return problem('order_closed', { orderId: id, orderStatus: status });
}
