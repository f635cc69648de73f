// `str_<gateway>_<tail>`: the id of a stream names the gateway that holds it, so that any gateway
// can pass on what is asked of it.

const TAIL_LENGTH = 10;
const PATTERN = /^str_(\d{1,3})_[0-9a-z]{10}$/;

export const STREAM_ID_PATTERN = PATTERN.source;

export function newStreamId(gateway: number, random: () => number): string {
  const tail = Array.from({ length: TAIL_LENGTH }, () => Math.floor(random() * 36).toString(36));
  return `str_${gateway}_${tail.join('')}`;
}

/** Null when it is no id of ours. */
export function gatewayOfStream(id: string): number | null {
  const gateway = PATTERN.exec(id)?.[1];
  return gateway === undefined ? null : Number(gateway);
}
