// The tables, as `tables.json` describes them: the same file that the infrastructure is made from. Every table has
// the keys `pk` and `sk`; every key attribute, those of indexes too, is a text.
import definitions from './tables.json' with { type: 'json' };

export type TableName = keyof typeof definitions;

export interface IndexDefinition {
  readonly partitionKey: string;
  readonly sortKey: string;
  /** Which attributes the index repeats: `ALL`, or the keys only. */
  readonly projection: string;
}

export interface TableDefinition {
  /** What lies in it, in words. */
  readonly holds: string;
  readonly indexes: Readonly<Record<string, IndexDefinition>>;
  /** The attribute with the second (since 1970) from which on DynamoDB may remove the item. */
  readonly timeToLive?: string;
}

export const tables: Readonly<Record<TableName, TableDefinition>> = definitions;

export const tableNames = Object.keys(definitions) as readonly TableName[];

/** Where one item lies. Neither `pk` nor `sk` may be empty. */
export interface Key {
  readonly table: TableName;
  readonly pk: string;
  readonly sk: string;
}

/** The sort key of items that are alone in their partition. */
export const alone = '-';

export function sameKey(one: Key, other: Key): boolean {
  return keyText(one) === keyText(other);
}

/** A number from 0 to 10^15 - 1 as a text that sorts like it. */
export function sortableText(number: number): string {
  return String(number).padStart(15, '0');
}

/** Different for different keys. */
export function keyText({ table, pk, sk }: Key): string {
  return JSON.stringify([table, pk, sk]);
}

/**
 * Spreads what would all lie in one partition of an index, which takes only 1,000 writes a second, over `shards` of
 * them: `<name>#<0 to shards - 1>`, always the same one for the same id.
 */
export function shardOf(name: string, id: string, shards: number): string {
  let sum = 0;
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) >>> 0;
  return `${name}#${sum % shards}`;
}

export function shardsOf(name: string, shards: number): readonly string[] {
  return Array.from({ length: shards }, (_, shard) => `${name}#${shard}`);
}
