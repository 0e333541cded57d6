// What DynamoDB charges for, in request units. Emulators tell it for single requests, and too little for transactions:
// those are counted here, two units for each KiB of each item that is written.
import type { Client } from '../../src/adapters/dynamodb/database.ts';
import { CapacityMeter, type RequestUnits } from '../../src/adapters/dynamodb/meter.ts';

interface Operations {
  readonly TransactItems?: readonly { readonly Put?: { readonly Item: Readonly<Record<string, unknown>> } }[];
}

/** The client, and what has been asked through it since. */
export function billed(client: Client): { readonly client: Client; units(): RequestUnits } {
  const meter = new CapacityMeter();
  const send = async (command: Parameters<Client['send']>[0]) => {
    const name = command.constructor.name.replace(/Command$/, '');
    const answer = (await client.send(command as never)) as { ConsumedCapacity?: { CapacityUnits?: number } };
    const { TransactItems } = command.input as Operations;
    // Updates, deletions and checks are of small items here.
    const sizes = TransactItems?.map(({ Put }) => (Put === undefined ? 1 : bytesOf(Put.Item)));
    const CapacityUnits = sizes?.reduce((sum, bytes) => sum + 2 * Math.ceil(bytes / 1_024), 0);
    meter.note(name, CapacityUnits === undefined ? answer.ConsumedCapacity : { CapacityUnits });
    return answer;
  };
  return { client: { send } as unknown as Client, units: () => meter.units };
}

/** As DynamoDB counts an item: names and values, with some bytes for every element of a list or map. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce((sum, [name, part]) => sum + name.length + bytesOf(part) + 1, 3);
}
