// The few requests that stores make, in their own words. Every failure is a `StorageError`, every answer is counted,
// and what DynamoDB leaves undone of a batch is asked for again.
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  ScanCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { StorageError } from '../../core/errors.ts';
import { mapsOf, type Values } from './expressions.ts';
import { cancellationReasons, isInTransaction, isViolated, storageErrorOf } from './failures.ts';
import { CapacityMeter, readingCommands } from './meter.ts';
import { Patience, type PatienceSettings, usualPatience } from './patience.ts';
import { isKeyPart, type Range, readRange } from './ranges.ts';
import { type Key, keyText, type TableName } from './tables.ts';

/** The attributes of an item beside its key. A text that is a key attribute of an index must not be empty. */
export type Attributes = Readonly<Record<string, unknown>>;

export type Client = Pick<DynamoDBDocumentClient, 'send'>;

/** One operation of a transaction, without the names of tables. */
export type TransactOperation = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** A key within its table. */
export interface KeyPair {
  readonly pk: string;
  readonly sk: string;
}

export interface Write {
  readonly key: Key;
  /** Null: the item is deleted. */
  readonly attributes: Attributes | null;
}

export interface Condition {
  readonly when: string;
  readonly values?: Values;
}

export interface Update {
  readonly update: string;
  /** Without one an item that is not there is made. */
  readonly when?: string;
  readonly values: Values;
  /** For `#word`s that stand for another attribute. */
  readonly names?: Readonly<Record<string, string>>;
}

/** What DynamoDB takes in one request. */
const mostReadAtOnce = 100;
const mostWrittenAtOnce = 25;

export class DynamoDatabase {
  readonly meter = new CapacityMeter();
  readonly #client: Client;
  readonly #prefix: string;
  readonly #patience: PatienceSettings;

  constructor(client: Client, prefix: string, patience: PatienceSettings = usualPatience) {
    this.#client = client;
    this.#prefix = prefix;
    this.#patience = patience;
  }

  nameOf(table: TableName): string {
    return this.#prefix + table;
  }

  patience(): Patience {
    return new Patience(this.#patience);
  }

  /** Strongly consistent. */
  async get<Row>(key: Key): Promise<Row | null> {
    if (!isPossible(key)) return null;
    const { Item } = await this.#ask('Get', () =>
      this.#client.send(
        new GetCommand({
          TableName: this.nameOf(key.table),
          Key: keyOf(key),
          ConsistentRead: true,
          ReturnConsumedCapacity: 'TOTAL',
        }),
      ),
    );
    return (Item as Row | undefined) ?? null;
  }

  /** Any number of items, in the order of the keys; null where there is none. Each strongly consistent. */
  async getMany<Row>(keys: readonly Key[]): Promise<readonly (Row | null)[]> {
    const wanted = new Map(keys.filter(isPossible).map((key) => [keyText(key), key]));
    const found = new Map<string, Row>();
    const left = [...wanted.values()];
    const patience = this.patience();
    while (left.length > 0) {
      const asked = left.splice(0, mostReadAtOnce);
      const { items, undone } = await this.#getBatch(asked);
      for (const [text, item] of items) found.set(text, item as Row);
      left.push(...undone);
      if (undone.length > 0 && !(await patience.wait())) throw throttled();
    }
    return keys.map((key) => found.get(keyText(key)) ?? null);
  }

  async #getBatch(keys: readonly Key[]): Promise<{ items: [string, unknown][]; undone: Key[] }> {
    const byTable = Map.groupBy(keys, ({ table }) => table);
    const RequestItems = Object.fromEntries(
      [...byTable].map(([table, ofTable]) => [
        this.nameOf(table),
        { Keys: ofTable.map(keyOf), ConsistentRead: true },
      ]),
    );
    const { Responses = {}, UnprocessedKeys = {} } = await this.#ask('BatchGet', () =>
      this.#client.send(new BatchGetCommand({ RequestItems, ReturnConsumedCapacity: 'TOTAL' })),
    );
    const named = (items: readonly Record<string, unknown>[] | undefined, table: TableName) =>
      (items ?? []).map((item) => ({ table, pk: String(item.pk), sk: String(item.sk), item }));
    return {
      items: [...byTable.keys()]
        .flatMap((table) => named(Responses[this.nameOf(table)], table))
        .map(({ item, ...key }) => [keyText(key), item]),
      undone: [...byTable.keys()]
        .flatMap((table) => named(UnprocessedKeys[this.nameOf(table)]?.Keys, table))
        .map(({ item, ...key }) => key),
    };
  }

  /** The items of a range in its order, read page by page as they are taken. */
  query<Row>(range: Range): AsyncGenerator<Row> {
    return readRange(range, this.nameOf(range.table), (command) =>
      this.#ask('Query', () => this.#client.send(command)),
    );
  }

  /**
   * Some of all items of a table that meet the condition, behind the place `after`; null `next`: those were the last.
   * Reads the whole table in the end: for nothing that a request waits for.
   */
  async scan<Row>(
    table: TableName,
    { when, values }: Required<Condition>,
    after: KeyPair | null,
    looksAt: number,
  ): Promise<{ readonly rows: readonly (Row & KeyPair)[]; readonly next: KeyPair | null }> {
    const { Items = [], LastEvaluatedKey } = await this.#ask('Scan', () =>
      this.#client.send(
        new ScanCommand({
          TableName: this.nameOf(table),
          ConsistentRead: true,
          FilterExpression: when,
          ...mapsOf([when], values),
          Limit: looksAt,
          ...(after !== null && { ExclusiveStartKey: { ...after } }),
          ReturnConsumedCapacity: 'TOTAL',
        }),
      ),
    );
    return {
      rows: Items as (Row & KeyPair)[],
      next: LastEvaluatedKey === undefined ? null : (LastEvaluatedKey as KeyPair),
    };
  }

  /** False, and nothing done, when the condition does not hold. */
  async put(key: Key, attributes: Attributes, condition?: Condition): Promise<boolean> {
    return this.#unlessViolated('Put', () =>
      this.#client.send(
        new PutCommand({
          TableName: this.nameOf(key.table),
          Item: { ...attributes, ...keyOf(key) },
          ...conditionOf(condition),
          ReturnConsumedCapacity: 'TOTAL',
        }),
      ),
    );
  }

  /** True also when there was none, as long as the condition holds. */
  async delete(key: Key, condition?: Condition): Promise<boolean> {
    return this.#unlessViolated('Delete', () =>
      this.#client.send(
        new DeleteCommand({
          TableName: this.nameOf(key.table),
          Key: keyOf(key),
          ...conditionOf(condition),
          ReturnConsumedCapacity: 'TOTAL',
        }),
      ),
    );
  }

  /**
   * The item as it is after the update; null, and nothing done, when the condition does not hold. An update that was
   * tried again after its answer was lost may have been made twice.
   */
  async update<Row>(key: Key, { update, when, values, names }: Update): Promise<Row | null> {
    if (when !== undefined && !isPossible(key)) return null;
    try {
      const { Attributes } = await this.#ask('Update', () =>
        this.#client.send(
          new UpdateCommand({
            TableName: this.nameOf(key.table),
            Key: keyOf(key),
            UpdateExpression: update,
            ...(when !== undefined && { ConditionExpression: when }),
            ...mapsOf([update, when], values, names),
            ReturnValues: 'ALL_NEW',
            ReturnConsumedCapacity: 'TOTAL',
          }),
        ),
      );
      return Attributes as Row;
    } catch (error) {
      if (isViolated(error)) return null;
      throw error;
    }
  }

  /** Any number of writes to different items, without conditions, not together: a failure leaves some done. */
  async writeMany(writes: readonly Write[]): Promise<void> {
    const left = [...writes];
    const patience = this.patience();
    while (left.length > 0) {
      const asked = left.splice(0, mostWrittenAtOnce);
      const undone = await this.#writeBatch(asked);
      left.push(...undone);
      if (undone.length > 0 && !(await patience.wait())) throw throttled();
    }
  }

  async #writeBatch(writes: readonly Write[]): Promise<readonly Write[]> {
    const byTable = Map.groupBy(writes, ({ key }) => key.table);
    const RequestItems = Object.fromEntries(
      [...byTable].map(([table, ofTable]) => [this.nameOf(table), ofTable.map(writeRequestOf)]),
    );
    const { UnprocessedItems = {} } = await this.#ask('BatchWrite', () =>
      this.#client.send(new BatchWriteCommand({ RequestItems, ReturnConsumedCapacity: 'TOTAL' })),
    );
    const undone = new Set(
      [...byTable.keys()].flatMap((table) =>
        (UnprocessedItems[this.nameOf(table)] ?? []).map(({ PutRequest, DeleteRequest }) => {
          const { pk, sk } = PutRequest?.Item ?? DeleteRequest?.Key ?? {};
          return keyText({ table, pk: String(pk), sk: String(sk) });
        }),
      ),
    );
    return writes.filter(({ key }) => undone.has(keyText(key)));
  }

  /**
   * All operations or none. Null when they were made; otherwise why not, by operation. `token` names this list of
   * operations: sent again with the same token within ten minutes it is made once.
   */
  async transact(operations: readonly TransactOperation[], token: string) {
    try {
      await this.#ask('TransactWrite', () =>
        this.#client.send(
          new TransactWriteCommand({
            TransactItems: [...operations],
            ClientRequestToken: token,
            ReturnConsumedCapacity: 'TOTAL',
          }),
        ),
      );
      return null;
    } catch (error) {
      const reasons = cancellationReasons(error);
      if (reasons === null) throw error;
      return { reasons, error };
    }
  }

  async #unlessViolated(command: string, send: () => Promise<Answer>): Promise<boolean> {
    try {
      await this.#ask(command, send);
      return true;
    } catch (error) {
      if (isViolated(error)) return false;
      throw error;
    }
  }

  /** Violated conditions and cancelled transactions are answers; they are thrown as they are. */
  async #ask<A extends Answer>(command: string, send: () => Promise<A>): Promise<A> {
    const patience = this.patience();
    for (;;) {
      try {
        const answer = await send();
        this.meter.note(command, answer.ConsumedCapacity);
        return answer;
      } catch (error) {
        if (isViolated(error) || cancellationReasons(error) !== null) throw error;
        if (!isInTransaction(error) || !(await patience.wait())) {
          throw storageErrorOf(error, { writes: !readingCommands.has(command) });
        }
      }
    }
  }
}

interface Answer {
  readonly ConsumedCapacity?: Parameters<CapacityMeter['note']>[1];
}

/** DynamoDB refuses to look for a key that no item can have. */
function isPossible({ pk, sk }: Key): boolean {
  return isKeyPart(pk, 2_048) && isKeyPart(sk, 1_024);
}

export function keyOf({ pk, sk }: Key): KeyPair {
  return { pk, sk };
}

function conditionOf(condition: Condition | undefined) {
  if (condition === undefined) return {};
  return { ConditionExpression: condition.when, ...mapsOf([condition.when], condition.values ?? {}) };
}

function writeRequestOf({ key, attributes }: Write) {
  return attributes === null
    ? { DeleteRequest: { Key: keyOf(key) } }
    : { PutRequest: { Item: { ...attributes, ...keyOf(key) } } };
}

function throttled(): StorageError {
  return new StorageError('transient', 'DynamoDB: parts of a batch were left undone for too long');
}
