import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { someDigest } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import { type ContentKey, incomingKey, packageKey, quarantineKey } from '../content/index.ts';
import { removeContent } from './remove-content.ts';
import { sweepContent } from './sweep-content.ts';

/** Behind the pipeline's `sweepGraceMs`. */
const afterGraceMs = 61_000;

async function pipelineWithOrphans() {
  const pipeline = await testPipeline();
  const { ports } = pipeline;
  const put = (key: ContentKey) => ports.content.write(key, Readable.from([Buffer.from('left over')]));
  const orphans = [incomingKey('gone'), quarantineKey('gone'), packageKey(someDigest('gone'))];
  for (const key of orphans) await put(key);
  await ports.receiving.begin(incomingKey('gone-too'), 20, 10);
  /** The stores in memory go by the clock of the machine. */
  const sweep = async (laterMs: number) => {
    const clock = { now: () => new Date(Date.now() + laterMs) };
    await sweepContent({ ...ports, clock }, new AbortController().signal);
    const due = await ports.jobs.lease(['remove-content'], clock.now(), 1_000);
    if (due !== null) await removeContent(ports, { versionId: null, digest: due.payload.digest ?? null });
  };
  const everything = async () => [
    ...(await pipeline.stored('incoming')),
    ...(await pipeline.stored('quarantine')),
    ...(await pipeline.stored('packages')),
  ];
  return { ...pipeline, sweep, everything };
}

test('bytes that no record knows of are removed, parts among them', async () => {
  const { ports, sweep, everything } = await pipelineWithOrphans();
  await sweep(afterGraceMs);
  assert.deepEqual(await everything(), []);
  assert.deepEqual(await Array.fromAsync(ports.receiving.listSessions()), []);
});

test('young bytes are left alone', async () => {
  const { sweep, everything } = await pipelineWithOrphans();
  await sweep(0);
  assert.equal((await everything()).length, 3);
});

test('what a record knows of stays: open, pending, quarantined and published content', async () => {
  const pipeline = await pipelineWithOrphans();
  const { ports, begin, submit, publish, signIn } = pipeline;
  const ada = await (await signIn('ada', ['upload'])).caller();
  const open = await begin(ada, { label: '1.0.0', method: 'parts' });
  const published = await publish(ada, { label: '2.0.0', bytes: 'other bytes' });
  const quarantined = await publish(ada, { label: '3.0.0', bytes: 'bad bytes' });
  const pending = await submit(ada, { label: '4.0.0' });
  await pipeline.sweep(afterGraceMs);
  const left = await pipeline.everything();
  for (const path of [pending.uploadId, quarantined.id, packageKey(published.digest ?? '').path]) {
    assert.ok(left.includes(path), path);
  }
  const sessions = await Array.fromAsync(ports.receiving.listSessions());
  assert.deepEqual(
    sessions.map(({ key }) => key.path),
    [open.id],
  );
});
