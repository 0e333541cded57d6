// DynamoDB as it answers when emulators do not: what is left undone of a batch, transactions in each other's way,
// throttling. It sees every request and keeps nothing.
import { type Client, DynamoDatabase } from '../../src/adapters/dynamodb/database.ts';

export interface FakeRequest {
  /** `BatchWrite`, `TransactWrite` … */
  readonly name: string;
  readonly input: Record<string, unknown>;
}

/** A database of which every request is answered by `answer`, and those requests. It waits for next to nothing. */
export function fakeDynamoDb(answer: (request: FakeRequest) => object) {
  const requests: FakeRequest[] = [];
  const send = async (command: { readonly input: Record<string, unknown> }) => {
    const request = { name: command.constructor.name.replace(/Command$/, ''), input: command.input };
    requests.push(request);
    return answer(request);
  };
  const client = { send } as unknown as Client;
  const patience = { firstMs: 0.02, longestMs: 0.1, budgetMs: 1 };
  return { database: new DynamoDatabase(client, 'fake-', patience), requests };
}

export function awsError(name: string, fields: object = {}): Error {
  return Object.assign(new Error(`${name} happened`), { name, ...fields });
}

/** A transaction that was cancelled for these reasons. */
export function cancelled(...codes: readonly string[]): Error {
  return awsError('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });
}
