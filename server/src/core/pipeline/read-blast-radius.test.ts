import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someAuditEntry, someCaller, someDigest } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import { downloadVersion } from '../gate/index.ts';
import { type Reach, readBlastRadius } from './read-blast-radius.ts';
import { recheckContent } from './recheck-content.ts';

const ada = someCaller('ada');
const bob = someCaller('bob');
const eve = someCaller('eve');
const calm = new AbortController().signal;
const bytes = 'late 2';

async function outbreak() {
  const pipeline = await testPipeline();
  const { ports, publish, clock } = pipeline;
  const first = await publish(ada, { label: '1.0.0', bytes });
  const second = await publish(bob, { packageName: 'copied', label: '3.0.0', bytes });
  const harmless = await publish(ada, { label: '2.0.0' });
  const download = (who: typeof ada, { packageId, label }: typeof first) => {
    clock.advance(60);
    return downloadVersion(ports, who, { packageId, label });
  };
  return { ...pipeline, first, second, harmless, download };
}

const told = ({ version, readers }: Reach) => [
  version.id,
  readers.map(({ userName, downloads }) => `${userName} ${downloads}`).sort(),
];

test('reviewers see every version with the bytes, and who has downloaded them', async () => {
  const { ports, clock, first, second, harmless, download } = await outbreak();
  const begun = clock.now().getTime();
  for (const [who, version] of [
    [eve, first],
    [eve, first],
    [bob, first],
    [ada, second],
    [eve, harmless],
  ] as const) {
    await download(who, version);
  }
  ports.examiner.version = 2;
  await recheckContent(ports, { digest: someDigest(bytes), kind: 'model', since: null }, calm);
  const whole = await readBlastRadius(ports, { versionId: first.id, limit: 50 });
  assert.deepEqual(whole.items.map(told), [
    [first.id, ['bob 1', 'eve 2']],
    [second.id, ['ada 1']],
  ]);
  assert.equal(whole.next, null);
  const eves = whole.items[0]?.readers.find(({ userName }) => userName === 'eve');
  assert.deepEqual([eves?.firstAt, eves?.lastAt], [new Date(begun + 60_000), new Date(begun + 120_000)]);

  const page = await readBlastRadius(ports, { versionId: second.id, limit: 1 });
  assert.deepEqual(page.items.map(told), whole.items.slice(0, 1).map(told));
  const rest = await readBlastRadius(ports, { versionId: second.id, limit: 1, after: page.next ?? '' });
  assert.deepEqual(rest.items.map(told), whole.items.slice(1).map(told));
  assert.equal(rest.next, null);
});

test('pages together have every download, however many there are', async () => {
  const { ports, first, second } = await outbreak();
  const entries = Array.from({ length: 5_300 }, (_, i) =>
    someAuditEntry({
      actor: { userId: `u${i % 3}`, userName: `u${i % 3}`, tokenId: null },
      subject: { packageId: first.packageId, versionId: first.id },
    }),
  );
  await ports.audit.append(entries);
  ports.examiner.version = 2;
  await recheckContent(ports, { digest: someDigest(bytes), kind: 'model', since: null }, calm);
  const seen: Reach[] = [];
  let after: string | undefined;
  let pages = 0;
  do {
    const page = await readBlastRadius(ports, { versionId: first.id, limit: 50, after });
    seen.push(...page.items);
    after = page.next ?? undefined;
    pages += 1;
  } while (after !== undefined);
  assert.equal(pages, 2);
  assert.deepEqual(
    seen.map(({ version, continues }) => [version.id, continues]),
    [
      [first.id, true],
      [first.id, false],
      [second.id, false],
    ],
  );
  const downloads = seen.flatMap(({ readers }) => readers).reduce((sum, reader) => sum + reader.downloads, 0);
  assert.equal(downloads, 5_300);
});

test('only of a version that is under review', async () => {
  const { ports, first } = await outbreak();
  await assert.rejects(readBlastRadius(ports, { versionId: first.id, limit: 5 }), { code: 'not-found' });
});
