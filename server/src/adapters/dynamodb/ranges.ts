import { QueryCommand, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import { mapsOf, type Values } from './expressions.ts';
import { type TableName, tables } from './tables.ts';

/** The items of one partition, all or those whose sort key is in some relation. */
export interface Range {
  readonly table: TableName;
  /** Of an index, which may be behind by a moment; absent: of the table itself, strongly consistent. */
  readonly index?: string;
  readonly partition: string;
  readonly sort?: SortCondition;
  /** Default: ascending, in the order of the bytes of UTF-8. */
  readonly descending?: boolean;
  /** How many items one request reads at most; default: as many as fit into 1 MB. */
  readonly pageSize?: number;
}

/** `between` has both of its ends. */
export type SortCondition =
  | { readonly above: string }
  | { readonly below: string }
  | { readonly from: string }
  | { readonly upTo: string }
  | { readonly between: readonly [string, string] }
  | { readonly beginsWith: string };

export async function* readRange<Row>(
  range: Range,
  tableName: string,
  ask: (command: QueryCommand) => Promise<QueryCommandOutput>,
): AsyncGenerator<Row> {
  if (!isPossible(range)) return;
  const { partitionKey, sortKey } = keysOf(range);
  const condition = sortConditionOf(range.sort);
  const expression = `#partition = :partition${condition.expression}`;
  const values = { partition: range.partition, ...condition.values };
  let ExclusiveStartKey: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const answer = await ask(
      new QueryCommand({
        TableName: tableName,
        ...(range.index === undefined ? { ConsistentRead: true } : { IndexName: range.index }),
        KeyConditionExpression: expression,
        ...mapsOf([expression], values, { partition: partitionKey, sort: sortKey }),
        ScanIndexForward: range.descending !== true,
        ...(range.pageSize !== undefined && { Limit: range.pageSize }),
        ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    yield* (answer.Items ?? []) as Row[];
    ExclusiveStartKey = answer.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}

/** DynamoDB refuses to look for keys that no item can have. */
function isPossible({ partition, sort }: Range): boolean {
  const texts = Object.values(sort ?? {}).flat() as readonly string[];
  return isKeyPart(partition, 2_048) && texts.every((text) => isKeyPart(text, 1_024));
}

/** Can the text be a partition key (2,048 bytes) or a sort key (1,024 bytes)? */
export function isKeyPart(text: string, mostBytes: number): boolean {
  return text !== '' && Buffer.byteLength(text) <= mostBytes && text.isWellFormed();
}

/** At most `count` of the rows; no more are read than needed. */
export async function take<Row>(rows: AsyncGenerator<Row>, count: number): Promise<Row[]> {
  const taken: Row[] = [];
  for await (const row of rows) {
    taken.push(row);
    if (taken.length >= count) break;
  }
  return taken;
}

function keysOf({ table, index }: Range): { partitionKey: string; sortKey: string } {
  if (index === undefined) return { partitionKey: 'pk', sortKey: 'sk' };
  const definition = tables[table].indexes[index];
  if (definition === undefined) throw new Error(`The table ${table} has no index ${index}`);
  return definition;
}

function sortConditionOf(sort: SortCondition | undefined): { expression: string; values: Values } {
  if (sort === undefined) return { expression: '', values: {} };
  if ('above' in sort) return { expression: ' AND #sort > :sort', values: { sort: sort.above } };
  if ('below' in sort) return { expression: ' AND #sort < :sort', values: { sort: sort.below } };
  if ('from' in sort) return { expression: ' AND #sort >= :sort', values: { sort: sort.from } };
  if ('upTo' in sort) return { expression: ' AND #sort <= :sort', values: { sort: sort.upTo } };
  if ('beginsWith' in sort) {
    return { expression: ' AND begins_with(#sort, :sort)', values: { sort: sort.beginsWith } };
  }
  const [low, high] = sort.between;
  return { expression: ' AND #sort BETWEEN :low AND :high', values: { low, high } };
}
