// Orders of the house: trades that nobody here had ordered (E22), under a key that names them.

/** Who owns them until an operator assigns them. */
export const HOUSE_USER_ID = 'usr_00_house';

const STRAY_KEY = /^stray\/([^/]+)\/(.+)$/;

/** What such an order is at the exchange; null for an order that a customer placed. */
export function strayOrderOf(
  idempotencyKey: string,
): { readonly epoch: string; readonly externalOrderId: string } | null {
  const [, epoch, externalOrderId] = STRAY_KEY.exec(idempotencyKey) ?? [];
  return epoch === undefined || externalOrderId === undefined ? null : { epoch, externalOrderId };
}

export function strayKey(epoch: string, externalOrderId: string): string {
  return `stray/${epoch}/${externalOrderId}`;
}
