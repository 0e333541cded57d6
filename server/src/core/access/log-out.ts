import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { sessionOf, userOf } from './acting-user.ts';
import type { SessionEnded } from './token.ts';

/** Ends the caller's session at once. */
export async function logOut(
  ports: { clock: Clock; randomness: Randomness; commit: Commit<SessionEnded | AuditAppended> },
  caller: Caller,
): Promise<void> {
  await ports.commit([
    { change: 'session.end', sessionId: sessionOf(caller).id },
    audited(ports, caller, 'account.log-out', { kind: 'user', id: userOf(caller).id }),
  ]);
}
