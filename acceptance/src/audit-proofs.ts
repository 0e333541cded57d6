// Verifies what the registry says about its audit log, by the definitions of RFC 9162 as they are written there: slowly, and
// without any code of the registry.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';

export interface Jwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly kid: string;
}

export interface SignedRoot {
  readonly size: number;
  readonly root: Buffer;
}

export interface ExportedLine {
  readonly index: number;
  readonly hash: string;
  readonly entry: { readonly id: string; readonly [field: string]: unknown };
}

const sha256 = (...parts: readonly Uint8Array[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

export const leafHash = (text: string) => sha256(Buffer.from([0]), Buffer.from(text));
const nodeHash = (left: Buffer, right: Buffer) => sha256(Buffer.from([1]), left, right);

function splitOf(count: number): number {
  let left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}

/** Section 2.1.1. */
export function treeHash(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return only;
  const left = splitOf(leaves.length);
  return nodeHash(treeHash(leaves.slice(0, left)), treeHash(leaves.slice(left)));
}

/** The root that a leaf has with its path, by the recursion of section 2.1.3.1 read backwards. */
export function rootOfPath(leaf: Buffer, index: number, size: number, path: readonly Buffer[]): Buffer {
  if (size === 1) {
    assert.equal(path.length, 0, 'the path is too long');
    return leaf;
  }
  const [left, sibling] = [splitOf(size), path.at(-1) ?? assert.fail('the path is too short')];
  const rest = path.slice(0, -1);
  return index < left
    ? nodeHash(rootOfPath(leaf, index, left, rest), sibling)
    : nodeHash(sibling, rootOfPath(leaf, index - left, size - left, rest));
}

/** The roots of the smaller and the larger tree, by the recursion of section 2.1.4.1 read backwards. */
export function rootsOfConsistency(
  from: number,
  to: number,
  path: readonly Buffer[],
  known: Buffer | null,
): readonly [Buffer, Buffer] {
  if (from === to) {
    const root = known ?? path[0] ?? assert.fail('the path is too short');
    assert.equal(path.length, known === null ? 1 : 0, 'the path is too long');
    return [root, root];
  }
  const [left, sibling] = [splitOf(to), path.at(-1) ?? assert.fail('the path is too short')];
  const rest = path.slice(0, -1);
  if (from <= left) {
    const [one, other] = rootsOfConsistency(from, left, rest, known);
    return [one, nodeHash(other, sibling)];
  }
  const [one, other] = rootsOfConsistency(from - left, to - left, rest, null);
  return [nodeHash(sibling, one), nodeHash(sibling, other)];
}

/** What a signed note says; fails unless one of the keys has signed it. */
export function openNote(note: string, keys: readonly Jwk[]): SignedRoot & { readonly origin: string } {
  const [text = '', signatures = ''] = note.split('\n\n');
  const [origin = '', size = '', root = ''] = text.split('\n');
  const [dash, name, encoded = ''] = signatures.trimEnd().split(' ');
  assert.deepEqual([dash, name], ['—', origin]);
  const signature = Buffer.from(encoded, 'base64').subarray(4);
  const isSigned = keys.some(({ kty, crv, x }) =>
    verify(
      null,
      Buffer.from(`${text}\n`),
      createPublicKey({ key: { kty, crv, x }, format: 'jwk' }),
      signature,
    ),
  );
  assert.ok(isSigned, 'the note is signed by none of the keys');
  return { origin, size: Number(size), root: Buffer.from(root, 'base64') };
}

/** The entries of a whole export; fails unless they are the tree that its checkpoint has signed. */
export function openExport(text: string, keys: readonly Jwk[]): readonly ExportedLine[] {
  const lines = text.trimEnd().split('\n');
  const header = JSON.parse(lines[0] ?? '');
  const entries: ExportedLine[] = lines.slice(1, -1).map((line) => JSON.parse(line));
  const { size, root } = openNote(header.checkpoint, keys);
  assert.deepEqual(JSON.parse(lines.at(-1) ?? ''), { end: size });
  const leaves = lines.slice(1, -1).map((line) => {
    // The entry as it stands in the line is what is hashed.
    const end = line.lastIndexOf(',"hash":"');
    return leafHash(line.slice('{"entry":'.length, end));
  });
  assert.ok(treeHash(leaves).equals(root), 'the entries are not those that were signed');
  assert.deepEqual(
    entries.map(({ index }) => index),
    entries.map((_, i) => i),
  );
  const ids = new Set(entries.map(({ entry }) => entry.id));
  assert.equal(ids.size, entries.length, 'an entry is in the log twice');
  return entries;
}
