// The items of one commit while it is planned. Changes are applied to them one after the other, in memory: each sees
// what those before it have made. What was read and what was written becomes one transaction in which every item
// occurs once, however many changes have touched it, and which holds only if everything is still as it was read.
import { randomBytes } from 'node:crypto';
import {
  type Attributes,
  type DynamoDatabase,
  keyOf,
  type TransactOperation,
  type Write,
} from './database.ts';
import { mapsOf } from './expressions.ts';
import { type Key, keyText } from './tables.ts';

/**
 * A new text at every writing of an item, and what tells that it is still the one that was read. Whoever updates an
 * item outside of a commit that commits read must set it, too: `SET #tag = :tag` with a `newTag()`.
 */
const tagName = 'tag';

type Stored = Attributes & { readonly [tagName]?: string };

interface WorkingItem {
  readonly key: Key;
  /** Undefined: it was not read, and nothing depends on what is there. Null: nothing is there. */
  readonly read: Stored | null | undefined;
  /** Undefined: it stays. Null: it is deleted. */
  readonly written: Attributes | null | undefined;
  /** What is added to numbers of it, unread. */
  readonly added: Readonly<Record<string, number>> | undefined;
}

/** Work that follows a commit and is too much for it, such as rewriting an unknown number of items. */
export interface FollowUp {
  /** Which of the follow-ups that the engine knows. */
  readonly kind: string;
  /** Whatever makes it again what it is; small. It may be done more than once. */
  readonly payload: Attributes;
}

export class WorkingItems {
  readonly #database: DynamoDatabase;
  readonly #items = new Map<string, WorkingItem>();
  readonly followUps: FollowUp[] = [];
  lastMoment = Number.POSITIVE_INFINITY;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  /** Reads items that changes are going to ask for, in one request. */
  async load(keys: readonly Key[]): Promise<void> {
    const unread = keys.filter((key) => !this.#items.has(keyText(key)));
    const found = await this.#database.getMany<Stored>(unread);
    for (const [i, key] of unread.entries()) this.#set({ ...untouched(key), read: found[i] ?? null });
  }

  /** The item as the changes so far have left it; the commit holds only if it was that when it is made. */
  async get<Row>(key: Key): Promise<Row | null> {
    const known = this.#items.get(keyText(key));
    if (known?.added !== undefined) throw new Error(`${keyText(key)} is added to and read in one commit`);
    if (known?.written !== undefined) return known.written as Row | null;
    if (known?.read === undefined) await this.load([key]);
    return (this.#items.get(keyText(key))?.read ?? null) as Row | null;
  }

  /** Puts the item in the place of whatever is there: of exactly what was read, if it was. */
  put(key: Key, attributes: Attributes): void {
    this.#write(key, attributes);
  }

  putAll(writes: readonly Write[]): void {
    for (const { key, attributes } of writes) this.#write(key, attributes);
  }

  delete(key: Key): void {
    this.#write(key, null);
  }

  /** Adds to numbers of an item that nobody reads or puts in this commit; for counters that many add to. */
  add(key: Key, numbers: Readonly<Record<string, number>>): void {
    const known = this.#items.get(keyText(key)) ?? untouched(key);
    if (known.read !== undefined || known.written !== undefined) {
      throw new Error(`${keyText(key)} is added to and otherwise touched in one commit`);
    }
    const added: Record<string, number> = { ...known.added };
    for (const [name, number] of Object.entries(numbers)) added[name] = (added[name] ?? 0) + number;
    this.#set({ ...known, added });
  }

  /**
   * Has something done once the commit is made, before it resolves; and by somebody else later, should this process
   * end before that.
   */
  follow(followUp: FollowUp): void {
    this.followUps.push(followUp);
  }

  /** If so, all that was read was there at one and the same moment. */
  async areStillAsRead(): Promise<boolean> {
    const read = [...this.#items.values()].filter((item) => item.read !== undefined);
    const now = await this.#database.getMany<Stored>(read.map(({ key }) => key));
    return read.every((item, i) => item.read?.[tagName] === now[i]?.[tagName] && !item.read === !now[i]);
  }

  /** Whoever learns later (milliseconds since 1970) that it was made takes it for not known to be. */
  mustBeMadeBy(moment: number): void {
    this.lastMoment = Math.min(this.lastMoment, moment);
  }

  /** Has anything been written? */
  get changed(): boolean {
    return [...this.#items.values()].some((item) => item.written !== undefined || item.added !== undefined);
  }

  /** The only write, if there is but one and it depends on nothing: then it needs no transaction. */
  get loneWrite(): { readonly key: Key; readonly attributes: Attributes | null } | null {
    const [item, ...others] = this.#items.values();
    if (item === undefined || others.length > 0) return null;
    if (item.read !== undefined || item.written === undefined) return null;
    return { key: item.key, attributes: item.written && { ...item.written, [tagName]: newTag() } };
  }

  operations(): readonly TransactOperation[] {
    return [...this.#items.values()].map((item) => operationOf(item, this.#database.nameOf(item.key.table)));
  }

  #write(key: Key, written: Attributes | null): void {
    const known = this.#items.get(keyText(key)) ?? untouched(key);
    if (known.added !== undefined) {
      throw new Error(`${keyText(key)} is added to and otherwise touched in one commit`);
    }
    this.#set({ ...known, written });
  }

  #set(item: WorkingItem): void {
    this.#items.set(keyText(item.key), item);
  }
}

export function newTag(): string {
  return randomBytes(9).toString('base64url');
}

function untouched(key: Key): WorkingItem {
  return { key, read: undefined, written: undefined, added: undefined };
}

function operationOf({ key, read, written, added }: WorkingItem, TableName: string): TransactOperation {
  const place = { TableName, Key: keyOf(key) };
  if (added !== undefined) {
    const parts = Object.keys(added).map((name) => `#${name} :${name}`);
    const UpdateExpression = `SET #${tagName} = :${tagName} ADD ${parts.join(', ')}`;
    const values = { ...added, [tagName]: newTag() };
    return { Update: { ...place, UpdateExpression, ...mapsOf([UpdateExpression], values) } };
  }
  const condition = stillAs(read);
  if (written === undefined || (written === null && read === null)) {
    return { ConditionCheck: { ...place, ...required(condition, key) } };
  }
  if (written === null) return { Delete: { ...place, ...condition } };
  return { Put: { TableName, Item: { ...written, ...keyOf(key), [tagName]: newTag() }, ...condition } };
}

/** The condition that the item is what was read; none when it was not. */
function stillAs(read: Stored | null | undefined) {
  if (read === undefined) return {};
  const tag = read?.[tagName];
  const values = tag === undefined ? {} : { tag };
  const when =
    read === null
      ? 'attribute_not_exists(#pk)'
      : tag === undefined
        ? 'attribute_exists(#pk) AND attribute_not_exists(#tag)'
        : '#tag = :tag';
  return { ConditionExpression: when, ...mapsOf([when], values) };
}

function required(condition: ReturnType<typeof stillAs>, key: Key) {
  const { ConditionExpression } = condition as { ConditionExpression?: string };
  if (ConditionExpression === undefined) throw new Error(`${keyText(key)} is neither read nor written`);
  return { ...condition, ConditionExpression };
}
