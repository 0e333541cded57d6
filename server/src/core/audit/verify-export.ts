// Verifies an export line by line, remembering a few hashes: what was changed in it, removed from it or put into it does
// not go with the others any more. The first line that does not tells where.
import { canonicalJson } from './canonical-json.ts';
import { CheckpointError, parseCheckpoint, type SignedCheckpoint, signerOf } from './checkpoint.ts';
import { exportFormat } from './export-format.ts';
import { GrowingTree } from './growing-tree.ts';
import { subtreesOf } from './subtrees.ts';
import { emptyRoot, hashBytes, hashLeaf, type TreeHash } from './tree-hash.ts';

export interface TrustedForExport<K extends { readonly publicKey: Uint8Array }> {
  /** One of them must have signed the checkpoint. */
  readonly keys: readonly K[];
  /** What was known before, from elsewhere: the export must go with it. */
  readonly checkpoint?: SignedCheckpoint | undefined;
}

export interface IntactExport<K> {
  readonly checkpoint: SignedCheckpoint;
  readonly from: number;
  readonly until: number;
  readonly key: K;
}

/** Where an export is not as it was written. */
export class BrokenExport extends Error {
  override readonly name = 'BrokenExport';
  /** From 1 on. */
  readonly line: number;
  /** The place of the first entry that is not as it was; null: it is not about an entry. */
  readonly firstIndex: number | null;

  constructor(line: number, firstIndex: number | null, problem: string) {
    super(problem);
    this.line = line;
    this.firstIndex = firstIndex;
  }
}

/** The export goes with its checkpoint, and cannot be compared with the one that is trusted. */
export class IncomparableExport extends Error {
  override readonly name = 'IncomparableExport';
}

interface Header {
  readonly checkpoint: SignedCheckpoint;
  readonly from: number;
  readonly until: number;
  readonly right: readonly TreeHash[];
}

type Members = Readonly<Record<string, unknown>>;

/** To be given every line, without its line feed, and then asked for the outcome. Throws `BrokenExport` at the first line that does not fit. */
export class ExportVerifier<K extends { readonly publicKey: Uint8Array }> {
  readonly #trusted: TrustedForExport<K>;
  #line = 0;
  #begun: { readonly header: Header; readonly key: K; readonly tree: GrowingTree } | null = null;
  #hasEnded = false;
  #isCompared: boolean;
  /** What was found first among the hashes beside the entries; the root decides what it means. */
  #suspect: Suspicion | null = null;

  constructor(trusted: TrustedForExport<K>) {
    this.#trusted = trusted;
    this.#isCompared = trusted.checkpoint === undefined;
  }

  take(bytes: Buffer): void {
    this.#line += 1;
    if (this.#hasEnded) throw this.#broken('There is more behind its end.');
    const members = this.#membersOf(bytes);
    if (this.#begun === null) this.#begin(members);
    else if ('end' in members) this.#end(members);
    else this.#takeEntry(members);
  }

  /** `endsWithLine`: the last line was ended by a line feed. */
  outcome(endsWithLine: boolean): IntactExport<K> {
    const begun = this.#begun;
    if (begun === null) throw this.#broken('It is empty.');
    const { header, key, tree } = begun;
    if (!this.#hasEnded) throw this.#broken(this.#missing(tree.size));
    if (!endsWithLine) throw this.#broken('Its last line is cut off.');
    if (!this.#isCompared) {
      const size = this.#trusted.checkpoint?.size;
      throw new IncomparableExport(
        `The export has entries ${header.from} to ${header.until - 1}: the trusted checkpoint of ${size} entries cannot be compared with it.`,
      );
    }
    return { checkpoint: header.checkpoint, from: header.from, until: header.until, key };
  }

  #membersOf(bytes: Buffer): Members {
    try {
      const value: unknown = JSON.parse(bytes.toString());
      const isCanonical = Buffer.from(canonicalJson(value)).equals(bytes);
      if (isCanonical && typeof value === 'object' && value !== null) return value as Members;
    } catch {}
    throw this.#broken(`${this.#here()} was changed: its line is not one that an export has.`);
  }

  #begin(members: Members): void {
    const header = this.#headerOf(members);
    const { from, checkpoint } = header;
    const key = checkpoint.signatures.length === 1 ? signerOf(checkpoint, this.#trusted.keys) : null;
    if (key === null) throw this.#broken('Its checkpoint is not signed by a key that is trusted.');
    const trusted = this.#trusted.checkpoint;
    if (trusted !== undefined && trusted.origin !== checkpoint.origin) {
      throw this.#broken(`It is of the log ${checkpoint.origin}, not of ${trusted.origin}.`);
    }
    const tree = this.#treeBefore(from, members.left);
    this.#begun = { header, key, tree };
    this.#compare(tree);
  }

  #headerOf(members: Members): Header {
    const { checkpoint, format, from, until, left, right, ...others } = members;
    if (format !== exportFormat || Object.keys(others).length > 0) {
      throw this.#broken('Its first line is not that of an export.');
    }
    const parsed = this.#checkpointIn(checkpoint);
    if (!isPlace(from) || !isPlace(until) || from > until || until > parsed.size || !Array.isArray(left)) {
      throw this.#broken('Its first line does not tell a range that the checkpoint has.');
    }
    return { checkpoint: parsed, from, until, right: this.#hashesIn(right) };
  }

  #checkpointIn(given: unknown): SignedCheckpoint {
    try {
      return parseCheckpoint(String(given));
    } catch (error) {
      if (error instanceof CheckpointError) throw this.#broken(`Its checkpoint is none: ${error.message}`);
      throw error;
    }
  }

  #treeBefore(from: number, left: unknown): GrowingTree {
    const hashes = this.#hashesIn(left);
    if (hashes.length !== subtreesOf({ from: 0, until: from }).length) {
      throw this.#broken('Its first line does not have the hashes of what is before the range.');
    }
    return new GrowingTree(from, hashes);
  }

  #takeEntry({ index, entry, hash, subtrees, ...others }: Members): void {
    const { tree, header } = this.#started();
    const place = tree.size;
    this.#requirePlace(index, place, header.until);
    const leaf = hashLeaf(Buffer.from(canonicalJson(entry ?? null)));
    if (leaf.toString('base64') !== hash || Object.keys(others).length > 0) {
      throw this.#broken(`Entry ${place}${idOf(entry)} was changed.`);
    }
    const given =
      subtrees === undefined ? [] : Array.isArray(subtrees) && subtrees.length > 0 ? subtrees : [null];
    const ending = tree.push(leaf).map((subtree) => subtree.toString('base64'));
    const height = ending.findIndex((subtree, i) => subtree !== given[i]) + 1;
    if (height > 0 || given.length !== ending.length) this.#suspect ??= this.#suspicion(place, height);
    this.#compare(tree);
  }

  /** Whether entries are missing, or only their places were changed, the root decides as well. */
  #requirePlace(index: unknown, place: number, until: number): void {
    if (place >= until) throw this.#broken(`An entry was inserted behind entry ${until - 1}, the last one.`);
    if (index === place) return;
    this.#suspect ??= { place, broken: this.#displaced(index, place) };
  }

  #displaced(index: unknown, place: number): BrokenExport {
    if (!isPlace(index)) return this.#broken(`Entry ${place} was changed: it does not tell its place.`);
    if (index < place) {
      return this.#brokenAt(index, `Entry ${index} comes a second time: one of the two was inserted.`);
    }
    const removed =
      index === place + 1 ? `Entry ${place} was removed` : `Entries ${place} to ${index - 1} were removed`;
    return this.#broken(`${removed}: entry ${index} comes next.`);
  }

  /** Below this height all hashes go with the entries: one of those that the subtree has was changed together with them. */
  #suspicion(place: number, height: number): Suspicion {
    const first = Math.max(place + 1 - 2 ** height, this.#started().header.from);
    const range = first === place ? `Entry ${place}` : `One of the entries ${first} to ${place}`;
    const problem = `${range} was changed, removed or inserted, together with its hash.`;
    return { place, broken: new BrokenExport(this.#line, first, problem) };
  }

  #end({ end, ...others }: Members): void {
    const { tree, header } = this.#started();
    if (tree.size !== header.until) throw this.#broken(this.#missing(tree.size));
    if (end !== header.until || Object.keys(others).length > 0)
      throw this.#brokenAt(null, 'Its last line was changed.');
    this.#requireRoot(tree, header);
    if (this.#suspect !== null) {
      const { place, broken } = this.#suspect;
      throw new BrokenExport(
        broken.line,
        place,
        `What stands beside entry ${place}, its place or hashes, was changed; all entries are as they were.`,
      );
    }
    this.#hasEnded = true;
  }

  #requireRoot(tree: GrowingTree, { checkpoint, from, until, right }: Header): void {
    const behind = subtreesOf({ from: until, until: checkpoint.size });
    const whole = tree.copy();
    for (const [i, { height }] of behind.entries()) whole.pushSubtree(height, right[i] ?? emptyRoot);
    if (behind.length !== right.length || !whole.root.equals(checkpoint.root)) {
      throw this.#brokenAt(
        until > from ? from : null,
        `The entries ${from} to ${until - 1} do not make the tree of the checkpoint, and nothing tells which of them does not belong there.`,
      );
    }
    this.#compare(whole);
  }

  #compare(tree: GrowingTree): void {
    const trusted = this.#trusted.checkpoint;
    if (trusted === undefined || tree.size !== trusted.size) return;
    if (!tree.root.equals(trusted.root)) {
      throw this.#brokenAt(
        0,
        `The first ${trusted.size} entries are not those of the trusted checkpoint: the log was written anew.`,
      );
    }
    this.#isCompared = true;
  }

  #started() {
    if (this.#begun === null) throw new Error('No line has been taken.');
    return this.#begun;
  }

  #hashesIn(given: unknown): TreeHash[] {
    const hashes = (Array.isArray(given) ? given : [null]).map((hash) => Buffer.from(String(hash), 'base64'));
    const areHashes = hashes.every(
      (hash, i) => hash.length === hashBytes && hash.toString('base64') === (given as unknown[])[i],
    );
    if (!areHashes) throw this.#broken('Its first line has hashes that are none.');
    return hashes;
  }

  #missing(size: number): string {
    return `Entry ${size} was removed, and what came behind it: the export ends too early.`;
  }

  #here(): string {
    return this.#begun === null ? 'The first line' : `Entry ${this.#begun.tree.size}`;
  }

  #broken(problem: string): BrokenExport {
    return this.#brokenAt(this.#hasEnded ? null : (this.#begun?.tree.size ?? null), problem);
  }

  #brokenAt(firstIndex: number | null, problem: string): BrokenExport {
    return this.#suspect?.broken ?? new BrokenExport(this.#line, firstIndex, problem);
  }
}

interface Suspicion {
  readonly place: number;
  readonly broken: BrokenExport;
}

function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function idOf(entry: unknown): string {
  const { id } = (entry ?? {}) as Members;
  return typeof id === 'string' ? ` (${id})` : '';
}
