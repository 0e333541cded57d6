// How an overwritten key is found out. The key of published content says which digest its bytes must have. That the
// object under it has that digest is found out once, when it is promoted, and sealed: a small object beside it names
// the object (version id, or ETag and time) under a signature of the registry. Whoever reads content reads the sealed
// object. Where the seal is missing, or the object that it names is gone, the bytes are hashed again: right ones are
// sealed anew (a bucket restored from a backup, say), others are never given out.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import {
  type AddressKey,
  type AddressKeys,
  type ContentKey,
  digestOf,
  printKey,
} from '../../core/content/index.ts';
import { StorageError } from '../../core/errors.ts';
import { fetchRange } from './fetch-range.ts';
import { type FoundObject, revisionOf } from './found-object.ts';
import { RangeReader } from './range-reader.ts';
import type { S3Objects } from './s3-objects.ts';

/** What a seal says, but for the signature. */
interface Sealed {
  readonly revision: string;
  readonly versionId: string | null;
  readonly sizeBytes: number;
}

/** The first key signs, all of them are believed; every process of the registry has the same. */
export type SealKeys = Pick<AddressKeys, 'list'>;

const remembered = 10_000;
const pieceBytes = 4 * 1024 * 1024;

export class Seals {
  readonly #objects: S3Objects;
  readonly #keys: SealKeys;
  /** Of this process; the least recently used first. A seal that does not hold any more is read again. */
  readonly #known = new Map<string, Sealed>();
  /** Revisions that were hashed and are not what they should be. */
  readonly #wrong = new Map<string, string>();
  readonly #hashing = new Map<string, Promise<string>>();

  constructor(objects: S3Objects, keys: SealKeys) {
    this.#objects = objects;
    this.#keys = keys;
  }

  /** The object whose bytes have the digest of the key. Missing rejects; other bytes reject, `permanent`. */
  async get(key: ContentKey): Promise<FoundObject> {
    const intact = await this.findIntact(key);
    if (intact !== null) return intact;
    const found = await this.#objects.get(key);
    await this.verify(key, found);
    await this.seal(key, found);
    return found;
  }

  /** The sealed object, when there is a seal and the object that it names is there. */
  async findIntact(key: ContentKey): Promise<FoundObject | null> {
    const digest = requireDigest(key);
    const known = this.#known.get(digest);
    const found = known === undefined ? null : await this.#findSealed(key, known);
    if (found !== null) return found;
    const sealed = await this.#read(digest);
    if (sealed === null) return null;
    this.#remember(digest, sealed);
    return this.#findSealed(key, sealed);
  }

  /** Rejects, `permanent`, unless the bytes of the object have the digest of the key. */
  async verify(key: ContentKey, found: FoundObject): Promise<void> {
    const digest = requireDigest(key);
    const revision = revisionOf(found);
    if (this.#wrong.get(digest) !== revision) {
      // A server that says otherwise may mean the checksum of something else: only its agreement counts.
      if (found.sha256 === digest || (await this.#hashOnce(found)) === digest) return;
      remember(this.#wrong, digest, revision);
    }
    throw new StorageError('permanent', `${printKey(key)} was overwritten: its bytes have another digest`);
  }

  async seal(key: ContentKey, found: FoundObject): Promise<void> {
    const digest = requireDigest(key);
    const { sizeBytes, versionId } = found;
    const sealed = { revision: revisionOf(found), versionId, sizeBytes };
    const [signing] = await this.#keys.list();
    const seal = { ...sealed, signedBy: signing.id, signature: signatureOf(signing, digest, sealed) };
    await this.#objects.put(sealKey(digest), JSON.stringify(seal));
    this.#remember(digest, sealed);
  }

  /** Forgets the seal of the key, or only the one that names this revision. */
  async remove(key: ContentKey, revision?: string): Promise<void> {
    const digest = requireDigest(key);
    this.#known.delete(digest);
    if (revision !== undefined && (await this.#read(digest))?.revision !== revision) return;
    await this.#objects.remove(sealKey(digest));
  }

  async #findSealed(key: ContentKey, { revision, versionId }: Sealed): Promise<FoundObject | null> {
    const found = await this.#objects.find(key, versionId);
    return found !== null && revisionOf(found) === revision ? found : null;
  }

  async #read(digest: string): Promise<Sealed | null> {
    const found = await this.#objects.find(sealKey(digest));
    if (found === null || found.sizeBytes === 0 || found.sizeBytes > 4_096) return null;
    const text = (await this.#objects.fetch(found, 0, found.sizeBytes)).toString();
    return sealedIn(text, digest, this.#keys);
  }

  #remember(digest: string, sealed: Sealed): void {
    remember(this.#known, digest, sealed);
  }

  /** One hashing for all who wait for the same bytes. */
  #hashOnce(found: FoundObject): Promise<string> {
    const name = `${found.key} ${revisionOf(found)}`;
    const running = this.#hashing.get(name) ?? this.#hash(found).finally(() => this.#hashing.delete(name));
    this.#hashing.set(name, running);
    return running;
  }

  async #hash(found: FoundObject): Promise<string> {
    const reader = new RangeReader(found.sizeBytes, (start, end) =>
      fetchRange(this.#objects.client, found, start, end),
    );
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, found.sizeBytes));
    for (let position = 0; position < found.sizeBytes; ) {
      const count = await reader.read(piece, position);
      hash.update(piece.subarray(0, count));
      position += count;
    }
    return hash.digest('hex');
  }
}

function sealKey(digest: string): ContentKey {
  return { area: 'packages', path: `seals/${digest}` };
}

function requireDigest(key: ContentKey): string {
  const digest = digestOf(key);
  if (digest === null) throw new StorageError('permanent', `${printKey(key)} names no digest`);
  return digest;
}

/** Null unless it is a seal of the digest that one of the keys has signed. */
async function sealedIn(text: string, digest: string, keys: SealKeys): Promise<Sealed | null> {
  let seal: Partial<Sealed & { signedBy: string; signature: string }> | null;
  try {
    seal = JSON.parse(text);
  } catch {
    return null;
  }
  const { revision = '', versionId = null, sizeBytes = 0, signedBy, signature = '' } = seal ?? {};
  const sealed = { revision, versionId, sizeBytes };
  const known = typeof signedBy === 'string' ? await keys.list(signedBy) : [];
  const key = known.find(({ id }) => id === signedBy);
  if (key === undefined) return null;
  const [given, expected] = [Buffer.from(String(signature)), Buffer.from(signatureOf(key, digest, sealed))];
  return given.length === expected.length && timingSafeEqual(given, expected) ? sealed : null;
}

function signatureOf({ secret }: AddressKey, digest: string, sealed: Sealed): string {
  const { revision, versionId, sizeBytes } = sealed;
  return createHmac('sha256', secret)
    .update(JSON.stringify(['seal', digest, revision, versionId, sizeBytes]))
    .digest('base64url');
}

function remember<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  const [oldest] = map.keys();
  if (map.size > remembered && oldest !== undefined) map.delete(oldest);
}
