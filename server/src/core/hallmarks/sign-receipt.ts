import type { AuditEntry } from '../audit/index.ts';
import type { Package, Version } from '../packages/index.ts';
import { signedEnvelope } from './envelope.ts';
import type { SigningPorts } from './issue-hallmark.ts';
import { type ReceiptPredicate, receiptPredicate, stated, statementOn } from './statement.ts';

export interface Received {
  readonly package: Package;
  readonly version: Version;
  readonly digest: string;
  readonly reason: string;
  readonly policies: readonly string[];
  /** Of the decision, as it is on record. */
  readonly entry: Pick<AuditEntry, 'id' | 'at' | 'actor'>;
}

/** A signed statement that the gate let this download pass, as a DSSE envelope. Nothing of it is kept. */
export async function signReceipt(
  { signer, identity }: Pick<SigningPorts, 'signer' | 'identity'>,
  { package: pkg, version, digest, reason, policies, entry }: Received,
): Promise<string> {
  const predicate: ReceiptPredicate = {
    ...stated(identity, pkg, version, entry.at),
    downloader: entry.actor && { userId: entry.actor.userId, userName: entry.actor.userName },
    decision: { allowed: true, reason, policies },
    auditEntryId: entry.id,
  };
  const about = { predicateType: receiptPredicate, predicate };
  return (await signedEnvelope(signer, statementOn(pkg, version.label, digest, about))).text;
}
