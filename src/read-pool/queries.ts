// What a thread of the read pool can be asked. One read-only connection per file, opened at its
// first question.
import type { OrderQuery } from '../domain/order-query.ts';
import { OrderList } from '../store/order-list.ts';

export interface ListOrdersTask {
  readonly task: 'list_orders';
  /** The shard file that holds the user. */
  readonly path: string;
  readonly query: OrderQuery;
}

const lists = new Map<string, OrderList>();

export function run({ path, query }: ListOrdersTask) {
  let list = lists.get(path);
  if (list === undefined) {
    list = new OrderList(path);
    lists.set(path, list);
  }
  return list.list(query);
}
