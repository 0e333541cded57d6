// A process that commits without end and reports each commit once it has resolved: to be killed by a test.
//
//   node committing-process.ts <database>
import { writeSync } from 'node:fs';
import { migrate } from '../../src/adapters/sql/migrate.ts';
import { sqlEngine } from '../../src/adapters/sql/sql-engine.ts';
import { openSqlite } from '../../src/adapters/sql/sqlite-database.ts';
import { someAuditEntry, someDigest, someItem, someJob } from './samples.ts';

const [, , path = ''] = process.argv;
const database = openSqlite(path);
await migrate(database);
const { commit, jobs } = sqlEngine(database);

for (;;) {
  const item = someItem();
  const job = someJob({ id: `job-${item.id}` });
  await commit([
    // It looks first and writes then, which others may do in between if they are let.
    { change: 'content.hold', digest: someDigest(item.id), versionId: item.id },
    { change: 'item.insert', item },
    { change: 'job.queue', job },
    { change: 'audit.append', entry: someAuditEntry({ id: item.id }) },
  ]);
  report('committed', item.id);
  const leased = await jobs.lease([job.kind], new Date(), 60_000);
  if (leased !== null && (await jobs.finish(leased))) report('finished', leased.id);
}

/** Written before the next thing begins, whatever happens then. */
function report(what: string, id: string): void {
  writeSync(1, `${what} ${id}\n`);
}
