// What a sandbox user can ask the simulator to do wrong with an order of their own. The names are
// part of the HTTP interface and of the exchange's protocol.

export const SANDBOX_FAULTS = [
  'reject',
  'late-reject',
  'timeout',
  'lost',
  'late-ack',
  '5xx-before',
  '5xx-after-accept',
  'trade-before-ack',
  'partial',
  'bust',
  'correct',
] as const;

export type SandboxFault = (typeof SANDBOX_FAULTS)[number];

export function sandboxFaultOf(text: string): SandboxFault | null {
  return SANDBOX_FAULTS.find((fault) => fault === text) ?? null;
}
