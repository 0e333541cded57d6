import type { RecordsEngine } from '../../core/engine.ts';
import type { JobQueue } from '../../core/jobs/index.ts';
import { bulk, idempotentWrite, list, poll, read, write } from './call.ts';
import type { GuardedSide } from './engine-guard.ts';
import { guarded } from './guarded.ts';

/** The engine with every call guarded, for one side of its callers. Over 60 lines: the table of all stores. */
export function guardRecords(engine: RecordsEngine, side: GuardedSide): RecordsEngine {
  return {
    commit: (changes) => side.run(write, () => engine.commit(changes)),
    ...guardAccess(engine, side),
    jobs: guardJobs(engine.jobs, side),
    audit: guarded(engine.audit, side, { append: idempotentWrite, list, countByDay: list }, {}),
    auditTree: guarded(
      engine.auditTree,
      side,
      {
        head: read,
        waiting: list,
        // Of a batch whose answer was lost, the second try finds that the tree has grown.
        append: idempotentWrite,
        extend: bulk,
        tiles: read,
        findLeaf: read,
        entries: list,
        addCheckpoint: idempotentWrite,
        checkpoint: read,
      },
      {},
    ),
    items: guarded(engine.items, side, { find: read, list }, {}),
    events: guarded(engine.events, side, { find: read, listAfter: list, last: read }, {}),
    webhooks: guarded(
      engine.webhooks,
      side,
      { find: read, listOf: list, list, findDelivery: read, listDeliveries: list },
      {},
    ),
    packages: guarded(engine.packages, side, { find: read, findByName: read, list }, {}),
    versions: guarded(
      engine.versions,
      side,
      {
        find: read,
        findByLabel: read,
        list,
        listByState: list,
        quarantineStatistics: list,
        listByDigest: list,
      },
      {},
    ),
    search: guarded(engine.search, side, { search: list }, {}),
    uploads: guarded(engine.uploads, side, { find: read, list }, {}),
    holds: guarded(
      engine.holds,
      side,
      { isHeld: read, claimRemoval: idempotentWrite, forgetRemoval: idempotentWrite },
      {},
    ),
    reports: guarded(engine.reports, side, { find: read }, {}),
    verdicts: guarded(engine.verdicts, side, { list, find: read, lastCompleted: read }, {}),
    hallmarks: guarded(engine.hallmarks, side, { latest: read, list }, {}),
    falseAlarms: guarded(engine.falseAlarms, side, { list: read }, {}),
    files: guarded(engine.files, side, { put: bulk, list, find: read, remove: bulk }, {}),
    policies: guarded(engine.policies, side, { last: read, find: read, list }, {}),
    validators: guarded(engine.validators, side, { last: read, find: read, list }, {}),
    rememberedFiles: guarded(engine.rememberedFiles, side, { find: list, put: bulk, forget: bulk }, {}),
    marks: guarded(engine.marks, side, { read, write: idempotentWrite }, {}),
    // Whoever moves a registry waits for as long as it takes.
    transfer: engine.transfer,
  };
}

/** A use of a session and a counted login are taken by each call anew. */
function guardAccess(engine: RecordsEngine, side: GuardedSide) {
  return {
    users: guarded(engine.users, side, { find: read, findByName: read, passwordHashOf: read, list }, {}),
    groups: guarded(engine.groups, side, { find: read, list, listMembers: list, groupsOf: read }, {}),
    tokens: guarded(
      engine.tokens,
      side,
      {
        useSession: { limit: 'read', repeatable: false },
        findPersonalInUse: read,
        findSession: read,
        findPersonal: read,
        listPersonal: list,
        removeExpired: idempotentWrite,
      },
      {},
    ),
    loginAttempts: guarded(
      engine.loginAttempts,
      side,
      { find: read, replace: write, removeForgotten: idempotentWrite },
      {},
    ),
  };
}

/** Telling the end of a job twice is harmless: the second time the lease is gone, and nothing is done. */
export function guardJobs(jobs: JobQueue, side: GuardedSide): JobQueue {
  return guarded(
    jobs,
    side,
    {
      lease: poll,
      leaseJob: write,
      prolong: idempotentWrite,
      finish: idempotentWrite,
      fail: idempotentWrite,
      giveBack: idempotentWrite,
      listDead: list,
      statistics: list,
    },
    {},
  );
}
