// One of two API processes is killed while readers read: how many readings failed although the client tried again.
import { AssayClient } from '../../../client/src/index.ts';
import type { Row } from '../tables.ts';
import { type Installation, install } from './installations.ts';
import { publishSmall } from './load.ts';

const readers = 8;
const kills = 3;
const beforeAndAfterMs = 2_000;
/** Until the client has noticed which of its connections have ended. */
const beforeRetryMs = 100;

export async function measureKills(): Promise<Row[]> {
  let [read, repeated, failed] = [0, 0, 0];
  for (let nth = 0; nth < kills; nth++) {
    const registry = await install('postgres-s3');
    try {
      const seen = await killUnderLoad(registry);
      [read, repeated, failed] = [read + seen.read, repeated + seen.repeated, failed + seen.failed];
    } finally {
      await registry.stop();
    }
  }
  console.error(`  ${kills} kills: ${read} readings, ${repeated} of them asked again, ${failed} failed`);
  const figure = 'failed readings after the client’s retry, one of two API processes killed';
  return [{ figure, ours: failed, theirs: null, target: '≤ 0' }];
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function killUnderLoad({ url, token, client, processes }: Installation) {
  const { packageId, digest } = await publishSmall(client, 'to-be-read');
  const seen = { read: 0, repeated: 0, failed: 0 };
  const readOnce = async (reader: AssayClient) => {
    const download = await reader.download(packageId);
    if (download.digest !== digest) throw new Error('another digest');
    await (await fetch(download.url)).bytes();
  };
  let isOver = false;
  const running = Array.from({ length: readers }, async () => {
    const reader = new AssayClient({ url, token });
    while (!isOver) {
      await readOnce(reader).catch(async () => {
        seen.repeated++;
        await pause(beforeRetryMs);
        await readOnce(reader).catch((error) => {
          seen.failed++;
          console.error('  failed again:', error);
        });
      });
      seen.read++;
    }
  });
  await pause(beforeAndAfterMs);
  process.kill(processes[0]?.pid ?? Number.NaN, 'SIGKILL');
  await pause(beforeAndAfterMs);
  isOver = true;
  await Promise.all(running);
  return seen;
}
