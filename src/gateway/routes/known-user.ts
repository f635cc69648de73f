// Whether a user that an operator names exists: the directory's word.
import { DIRECTORY } from '../../actors/addresses.ts';
import type { GetUser } from '../../actors/directory/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { problem } from '../problem.ts';
import type { JsonAnswer } from '../route.ts';
import type { Services } from '../services.ts';
import { readFailure } from './ask-failure.ts';

/** Null when the user is known; else the answer to give. */
export async function refuseUnknownUser(
  userId: string,
  { edge }: Services,
): Promise<JsonAnswer | null> {
  const found = await edge.ask<GetUser>(DIRECTORY, { kind: 'GetUser', userId }, LIMITS.readAskMs);
  if (isAskFailure(found)) return readFailure(found);
  return found.outcome === 'user' ? null : problem('user_not_found', { members: { userId } });
}
