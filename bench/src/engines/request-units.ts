// What a gated download costs on DynamoDB, over HTTP, with one API process that has just started: all that it asks of
// DynamoDB passes a proxy here, which adds up what the answers state.
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { CapacityMeter } from '../../../server/src/adapters/dynamodb/meter.ts';
import type { Row } from '../tables.ts';
import { install } from './installations.ts';
import { publishSmall } from './load.ts';

const downloads = 200;

/**
 * Dollars for a million request units, on demand, us-east-1: reads that are strongly consistent, and writes
 * (https://aws.amazon.com/dynamodb/pricing/on-demand/, prices since November 2024, read in 2025).
 */
const dollars = { reads: 0.125, writes: 0.625 };

export async function measureRequestUnits(): Promise<Row[]> {
  const meter = await meterBefore(process.env.TEST_DYNAMODB ?? '');
  const registry = await install('dynamodb-s3-sqs', { AWS_ENDPOINT_URL_DYNAMODB: meter.url });
  try {
    const { packageId } = await publishSmall(registry.client, 'to-be-downloaded');
    // Nothing but what these downloads ask for: the worker asks for jobs all the time.
    await registry.processes.at(-1)?.stop();
    const marksBefore = meter.readsOfMarks();
    const idle = await costOf(meter, () => new Promise((resolve) => setTimeout(resolve, 2_000)));
    const single = await costOf(meter, () => registry.client.download(packageId));
    const many = await costOf(meter, async () => {
      for (let nth = 0; nth < downloads; nth++) await registry.client.download(packageId);
    });
    const each = { reads: many.reads / downloads, writes: many.writes / downloads };
    console.error(
      `  idle for 2 s: ${told(idle)}; the first download: ${told(single)}; of ${downloads}, each: ${told(each)}`,
    );
    console.error(
      `  besides: ${meter.readsOfMarks() - marksBefore} reads of whether the registry is being moved`,
    );
    const bill = each.reads * dollars.reads + each.writes * dollars.writes;
    console.error(`  a million downloads: $${bill.toFixed(2)}`);
    return [
      { figure: 'read units of a gated download on DynamoDB', ours: each.reads, theirs: null, target: '≤ 4' },
      {
        figure: 'write units of a gated download on DynamoDB',
        ours: each.writes,
        theirs: null,
        target: '≤ 2',
      },
    ];
  } finally {
    await registry.stop();
    meter.stop();
  }
}

type Meter = Awaited<ReturnType<typeof meterBefore>>;
type Units = CapacityMeter['units'];

async function costOf(meter: Meter, work: () => Promise<unknown>): Promise<Units> {
  const before = meter.units();
  await work();
  const after = meter.units();
  return { reads: after.reads - before.reads, writes: after.writes - before.writes };
}

function told({ reads, writes }: Units): string {
  return `${reads.toFixed(2)} reads, ${writes.toFixed(2)} writes`;
}

/**
 * Passes every request on to the DynamoDB at the address. What a process asks once in two seconds while it writes, whether the
 * registry is being moved, is counted apart: it does not grow with the downloads.
 */
async function meterBefore(address: string) {
  const [meter, ofMarks] = [new CapacityMeter(), new CapacityMeter()];
  const { hostname, port } = new URL(address);
  const server = createServer(async (asked, answer) => {
    const body = await buffer(asked);
    const { method, url: path, headers } = asked;
    const passed = request({ hostname, port, method, path, headers }, async (response) => {
      const given = await buffer(response);
      const operation = String(headers['x-amz-target']).split('.').at(-1) ?? '';
      const by = body.includes('registry-mark') ? ofMarks : meter;
      if (response.statusCode === 200) by.note(operation.replace(/Item$/, ''), capacityOf(given));
      answer.writeHead(response.statusCode ?? 500, response.headers).end(given);
    });
    passed.on('error', () => answer.destroy());
    passed.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    units: () => meter.units,
    readsOfMarks: () => ofMarks.units.reads,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function capacityOf(answer: Buffer) {
  const { ConsumedCapacity } = JSON.parse(answer.toString() || '{}');
  return ConsumedCapacity;
}
