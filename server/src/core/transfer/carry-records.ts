// One pass over the records of a kind, which makes the target the same as the source. What both have is not touched,
// so a pass that was interrupted is simply begun again, and one that finds nothing to do has compared everything in
// both directions.
import { type KindRule, kindRules, type Settled } from './kinds.ts';
import type { KindTransfer, RecordKind, RecordTransfer, RegistryRecords } from './ports.ts';
import { canonicalText, SetDigest } from './same-records.ts';

export interface KindOutcome {
  readonly kind: RecordKind;
  /** Records that the source has and that come along. */
  readonly count: number;
  /** Over all of them; the same for the same records, see `SetDigest`. */
  readonly digest: string;
  readonly stored: number;
  readonly removed: number;
  /** Nothing had to be done, and both sides have the same number of records and the same digest. */
  readonly same: boolean;
}

const pageSize = 200;

/**
 * With `settled`, what reading alone changes at the source is neither compared nor carried: only then can a source
 * that is being read be found the same.
 */
export async function carryRecords<K extends RecordKind>(
  kind: K,
  source: RecordTransfer,
  target: RecordTransfer,
  settled: Settled | null,
): Promise<KindOutcome> {
  const pass = new Pass<RegistryRecords[K]>(kindRules[kind], settled, source[kind], target[kind]);
  // What has gone frees names and labels for what comes.
  const removed = await pass.removeWhatIsGone();
  const stored = kind === 'event' ? await pass.storeInOrder() : await pass.storeWhatDiffers();
  const { count, text: digest } = pass.atSource;
  const sums = count === pass.atTarget.count && digest === pass.atTarget.text;
  return { kind, count, digest, stored, removed, same: stored + removed === 0 && sums };
}

class Pass<R> {
  readonly #rule: KindRule<R>;
  readonly #settled: Settled | null;
  readonly #source: KindTransfer<R>;
  readonly #target: KindTransfer<R>;
  readonly atSource = new SetDigest();
  readonly atTarget = new SetDigest();

  constructor(rule: KindRule<R>, settled: Settled | null, source: KindTransfer<R>, target: KindTransfer<R>) {
    this.#rule = rule;
    this.#settled = settled;
    this.#source = source;
    this.#target = target;
  }

  async removeWhatIsGone(): Promise<number> {
    let removed = 0;
    for await (const records of pagesOf(this.#target)) {
      const counting = records.filter((record) => this.#compared(record) !== null);
      for (const record of counting) this.atTarget.add(this.#textOf(record));
      const wanted = await this.#source.match(counting);
      const gone = counting.filter((_, i) => this.#arriving(wanted[i]) === null);
      if (gone.length > 0) await this.#target.remove(gone);
      removed += gone.length;
    }
    return removed;
  }

  async storeWhatDiffers(): Promise<number> {
    const { readOldestFirst } = this.#source;
    let stored = 0;
    if (readOldestFirst !== undefined) {
      for await (const records of pagesOf({ read: readOldestFirst })) {
        stored += await this.#storeDiffering(this.#coming(records));
      }
    }
    for await (const records of pagesOf(this.#source)) {
      const coming = this.#coming(records);
      for (const record of coming) this.atSource.add(this.#textOf(record));
      stored += await this.#storeDiffering(coming);
    }
    return stored;
  }

  async #storeDiffering(coming: readonly R[]): Promise<number> {
    const present = await this.#target.match(coming);
    const differing = coming.filter((record, i) => !this.#isSame(record, present[i]));
    if (differing.length > 0) await this.#target.put(differing);
    return differing.length;
  }

  /** Where the two orders part, the rest of the target's is removed, and the source's is stored behind what is left. */
  async storeInOrder(): Promise<number> {
    let stored = 0;
    const there = oneByOne(this.#target);
    let next: R | undefined = await there();
    for await (const records of pagesOf(this.#source)) {
      const coming = this.#coming(records);
      for (const record of coming) this.atSource.add(this.#textOf(record));
      let alike = 0;
      while (alike < coming.length && this.#isSame(coming[alike], next)) {
        alike += 1;
        next = await there();
      }
      if (alike === coming.length) continue;
      const parted: R[] = [];
      for (; next !== undefined; next = await there()) parted.push(next);
      await this.#remove(parted.reverse());
      await this.#target.put(coming.slice(alike));
      stored += coming.length - alike;
    }
    return stored;
  }

  async #remove(records: readonly R[]): Promise<void> {
    for (let start = 0; start < records.length; start += pageSize) {
      await this.#target.remove(records.slice(start, start + pageSize));
    }
  }

  #coming(records: readonly R[]): R[] {
    return records
      .map((record) => this.#arriving(record))
      .filter((record) => record !== null && this.#compared(record) !== null) as R[];
  }

  #arriving(record: R | null | undefined): R | null {
    if (record === null || record === undefined) return null;
    return this.#rule.arriving === undefined ? record : this.#rule.arriving(record);
  }

  #isSame(one: R | undefined, other: R | null | undefined): boolean {
    if (one === undefined || other === null || other === undefined) return false;
    return this.#textOf(one) === this.#textOf(other);
  }

  /** With its key: of two records that are otherwise alike neither may stand for the other. */
  #textOf(record: R): string {
    return canonicalText([this.#rule.key(record), this.#compared(record)]);
  }

  #compared(record: R): unknown {
    const { compared, settled } = this.#rule;
    if (this.#settled !== null && settled !== undefined) return settled(record, this.#settled);
    return compared === undefined ? record : compared(record);
  }
}

async function* pagesOf<R>(transfer: Pick<KindTransfer<R>, 'read'>): AsyncIterable<readonly R[]> {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<KindTransfer<R>['read']>> = await transfer.read(after, pageSize);
    for (let start = 0; start < page.records.length; start += pageSize) {
      yield page.records.slice(start, start + pageSize);
    }
    after = page.next;
  } while (after !== null);
}

function oneByOne<R>(transfer: KindTransfer<R>): () => Promise<R | undefined> {
  const pages = pagesOf(transfer)[Symbol.asyncIterator]();
  let page: R[] = [];
  return async () => {
    while (page.length === 0) {
      const { done, value } = await pages.next();
      if (done) return undefined;
      page = [...value];
    }
    return page.shift();
  };
}
