// The records of a backup are of one moment, on every engine, while they are written: what one commit has written is in it
// wholly or not at all.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { readConfig } from '../../src/config/index.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
import {
  isStanding,
  type RecordKind,
  type RecordTransfer,
  WriteGuard,
} from '../../src/core/transfer/index.ts';
import { openBackupPorts, openPlace } from '../../src/wiring/recovery.ts';
import { openSide } from '../../src/wiring/transfer.ts';
import { credentialsIn, places } from '../support/engine-places.ts';
import { someAuditEntry, someEvent, someItem, someJob } from '../support/samples.ts';

for (const name of ['sqlite', 'postgres', 'dynamodb'] as const) {
  const { skip, make } = places[name];
  test(`records are taken as of one moment from ${name}, while they are written`, { skip }, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'assay-moments-'));
    const made = await make();
    Object.assign(process.env, credentialsIn(made.variables));
    const config = readConfig({ ASSAY_DATA: join(folder, 'data'), ...made.variables });
    const side = await openSide(config, 'migrate');
    const place = await openPlace(join(folder, 'backups'), { mustExist: false });
    const given = { place, parallel: 1, tell: () => {}, pauseLimitMs: 120_000 };
    const backup = await openBackupPorts(config, given);
    t.after(async () => {
      await backup.close();
      await side.close();
      await made.drop();
      await rm(folder, { recursive: true });
    });
    const writing = keepWriting(side.opened as unknown as RecordsEngine);
    await writing.untilWritten(20);
    for (const file of ['once', 'again'].map((one) => join(folder, one))) {
      const before = writing.written();
      await backup.opened.takeRecords(file);
      const records = await backup.opened.openRecords(file);
      const counts = await Promise.all(
        (['item', 'event', 'job', 'audit-entry'] as const).map((kind) => countOf(records.transfer, kind)),
      );
      await records.close();
      const [items = 0] = counts;
      // Each event brings a job of its own.
      assert.deepEqual(counts, [items, items, 2 * items, items]);
      assert.ok(items >= before, `${items} of ${before} that had been committed`);
      await writing.untilWritten(writing.written() + 5);
    }
    await writing.stop();
    const mark = await side.opened.marks.read();
    assert.ok(!isStanding(mark, new Date()), 'nothing forbids writing any more');
  });
}

/** Four writers, as a server's requests, each commit of which writes a record of four kinds. */
function keepWriting({ commit, marks }: Pick<RecordsEngine, 'commit' | 'marks'>) {
  const guarded = new WriteGuard({ clock: { now: () => new Date() }, marks }).commit(commit);
  let written = 0;
  let goesOn = true;
  const write = async () => {
    while (goesOn) {
      try {
        await guarded([
          { change: 'item.insert', item: someItem() },
          { change: 'event.append', event: someEvent() },
          { change: 'job.queue', job: someJob() },
          { change: 'audit.append', entry: someAuditEntry({ at: new Date() }) },
        ]);
        written += 1;
      } catch (error) {
        if (!(error instanceof Error && /read-only/.test(error.message))) throw error;
      }
      await wait(15);
    }
  };
  const writers = Promise.all([write(), write(), write(), write()]);
  return {
    written: () => written,
    async untilWritten(count: number) {
      while (written < count) await Promise.race([wait(20), writers]);
    },
    async stop() {
      goesOn = false;
      await writers;
    },
  };
}

async function countOf(transfer: RecordTransfer, kind: RecordKind): Promise<number> {
  let count = 0;
  let after: string | null = null;
  do {
    const page: { readonly records: readonly unknown[]; readonly next: string | null } = await transfer[
      kind
    ].read(after, 200);
    count += page.records.length;
    after = page.next;
  } while (after !== null);
  return count;
}
