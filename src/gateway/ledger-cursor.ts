// Where a page of the ledger goes on. Opaque to clients; whose ledger it is, the token says.
import { Type } from 'typebox';
import type { LedgerPlace } from '../actors/read-pool/protocol.ts';
import { shape } from './shape.ts';

export function ledgerCursorOf({ seq, postingNo }: LedgerPlace): string {
  return Buffer.from(JSON.stringify({ seq, postingNo })).toString('base64url');
}

/** Null when it is none of ours. */
export function readLedgerCursor(text: string): LedgerPlace | null {
  try {
    const checked = CURSOR.check(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return checked.ok ? checked.value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const NUMBER = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const CURSOR = shape({ seq: NUMBER, postingNo: NUMBER });
