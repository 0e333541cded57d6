// Hashing of RFC 9162 (and RFC 6962), section 2.1.1: what is hashed begins with a byte that tells leaves from nodes, so
// that no leaf can be passed off as a node.
import { createHash, hash as hashOnce } from 'node:crypto';
import type { AuditEntry } from './audit-entry.ts';
import { canonicalJson } from './canonical-json.ts';

/** SHA-256, 32 bytes. */
export type TreeHash = Buffer;

export const hashBytes = 32;

const leafPrefix = Buffer.from([0]);
const nodePrefix = Buffer.from([1]);

/** Of a tree without leaves. */
export const emptyRoot: TreeHash = createHash('sha256').digest();

export function hashLeaf(content: Uint8Array): TreeHash {
  return hashOnce('sha256', Buffer.concat([leafPrefix, content]), 'buffer');
}

export function hashNode(left: Uint8Array, right: Uint8Array): TreeHash {
  return hashOnce('sha256', Buffer.concat([nodePrefix, left, right]), 'buffer');
}

/** What of an entry is hashed: the whole of it, in canonical JSON. */
export function leafText(entry: AuditEntry): string {
  return canonicalJson(entry);
}

export function leafHashOf(entry: AuditEntry): TreeHash {
  return hashLeaf(Buffer.from(leafText(entry)));
}

/** The root over hashes of neighbouring perfect subtrees, from the largest on the left to the smallest. */
export function rootOver(subtrees: readonly Uint8Array[]): TreeHash {
  const last = subtrees.at(-1);
  if (last === undefined) return emptyRoot;
  return subtrees
    .slice(0, -1)
    .reduceRight<TreeHash>((right, left) => hashNode(left, right), Buffer.from(last));
}
