// How many requests were taken while it was timed, of whichever second they were asked: what a
// broker that cannot keep up still carries.

/** `outcomes` has a line per 2xx: id, kind, status, intended and answered in wall-clock ms. */
export function takenPerSecond(outcomes: string, fromMs: number, untilMs: number): number {
  const taken = outcomes.split('\n').filter((line) => {
    const answeredMs = Number(line.split(' ')[4] ?? Number.NaN);
    return answeredMs >= fromMs && answeredMs < untilMs;
  });
  return (taken.length * 1_000) / Math.max(untilMs - fromMs, 1);
}
