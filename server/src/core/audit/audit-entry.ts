import { type Caller, isAdmin } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { OperationName } from '../operations.ts';

/** One thing that was done or refused. Never changed, never removed. */
export interface AuditEntry {
  /** Sorts by time. */
  readonly id: string;
  readonly at: Date;
  readonly operation: OperationName;
  /** Null: anonymous, or the registry itself. */
  readonly actor: {
    readonly userId: string;
    readonly userName: string;
    readonly tokenId: string | null;
  } | null;
  /** The client's network address; empty for the registry itself. */
  readonly address: string;
  readonly requestId: string;
  readonly subject: AuditSubject;
  readonly outcome: 'succeeded' | 'denied' | 'failed';
  /** Why: an error code for a refusal, a reviewer's words for a release, … */
  readonly reason: string | null;
  /** Of what the gate has decided. */
  readonly decision?: AuditDecision;
}

/** What a decision rests on, as plain JSON: enough to make it again. */
export interface AuditDecision {
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The policies that determined it. */
  readonly policies: readonly string[];
}

/** What an operation was about; each field as far as it applies. */
export interface AuditSubject {
  readonly packageId?: string;
  readonly packageName?: string;
  readonly versionId?: string;
  readonly versionLabel?: string;
  /** Any other thing, by kind and id: `user`, `group`, `token`, `upload`, `item`, `webhook`, `job`. */
  readonly kind?: string;
  readonly id?: string;
  /** Bytes moved, where the operation moves some. */
  readonly sizeBytes?: number;
}

/** Appends the entry. Never violated: ids are new. */
export interface AuditAppended {
  readonly change: 'audit.append';
  readonly entry: AuditEntry;
}

/** The entry of an operation, to be committed with its changes. */
export function audited(
  { clock, randomness }: { clock: Clock; randomness: Randomness },
  caller: Caller,
  operation: OperationName,
  subject: AuditSubject,
  told: { outcome?: AuditEntry['outcome']; reason?: string | null; decision?: AuditDecision } = {},
): AuditAppended {
  return {
    change: 'audit.append',
    entry: {
      id: randomness.id(),
      at: clock.now(),
      operation,
      actor: caller.user && {
        userId: caller.user.id,
        userName: caller.user.name,
        tokenId: caller.token?.id ?? null,
      },
      address: caller.address,
      requestId: caller.requestId,
      subject: keepable(subject),
      outcome: told.outcome ?? 'succeeded',
      reason: told.reason ?? null,
      ...(told.decision !== undefined && { decision: told.decision }),
    },
  };
}

/** What somebody asked for in vain may hold characters that not every engine keeps: NUL, halves of surrogate pairs. */
function keepable(subject: AuditSubject): AuditSubject {
  for (const value of Object.values(subject)) {
    if (typeof value !== 'string' || (!value.includes('\0') && value.isWellFormed())) continue;
    const texts = Object.entries(subject).map(([name, text]) => [
      name,
      typeof text === 'string' ? keepableText(text) : text,
    ]);
    return Object.fromEntries(texts);
  }
  return subject;
}

/** The text without characters that not every engine keeps. */
export function keepableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** May this caller read entries about what `userId` did? */
export function mayReadHistoryOf(caller: Caller, userId: string | undefined): boolean {
  return isAdmin(caller) || (caller.user !== null && caller.user.id === userId);
}
