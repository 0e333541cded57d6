// What two processes race for. In every round each of them makes the attempts of every contest at once; then the rules
// that must have held are judged.
import assert from 'node:assert/strict';
import type { RecordsEngine } from '../../src/core/engine.ts';
import { RegistryError } from '../../src/core/errors.ts';
import {
  someDigest,
  someGroup,
  someJob,
  somePackage,
  someSession,
  someUser,
  someVersion,
  someWebhook,
} from '../support/samples.ts';

export interface Contest {
  readonly rule: string;
  /** Once, before all rounds. */
  begin?(engine: RecordsEngine): Promise<void>;
  /** Before each round. */
  prepare?(engine: RecordsEngine, round: number): Promise<void>;
  /** By each process, `attemptsOfASide` times at once. Resolves with what came of it. */
  attempt(engine: RecordsEngine, round: number, by: Attempt): Promise<string>;
  /** `outcomes` has those of the first process and those of the second. Throws when the rule was broken. */
  judge(engine: RecordsEngine, round: number, outcomes: readonly (readonly string[])[]): Promise<void>;
}

export interface Attempt {
  readonly side: 0 | 1;
  /** Of the round and the contest no other attempt has the same. */
  readonly id: string;
}

export const attemptsOfASide = 2;

const now = new Date('2026-01-31T12:00:00Z');

/** `won`, or the code of the refusal. */
async function won(change: Promise<unknown>): Promise<string> {
  try {
    await change;
    return 'won';
  } catch (error) {
    if (error instanceof RegistryError) return error.code;
    throw error;
  }
}

function exactlyOne(outcomes: readonly (readonly string[])[], winner: string, loser: string): void {
  const [first, ...others] = outcomes
    .flat()
    .sort((one, other) => Number(other === winner) - Number(one === winner));
  assert.equal(first, winner, outcomes.join(' | '));
  for (const other of others) assert.equal(other, loser, outcomes.join(' | '));
}

const names: Contest = {
  rule: 'a package name belongs to one, in whatever case it is asked for',
  attempt: ({ commit }, round, { side, id }) => {
    const name = side === 0 ? `racer-${round}` : `RACER-${round}`;
    return won(commit([{ change: 'package.insert', package: somePackage({ id, name }) }]));
  },
  async judge(_engine, _round, outcomes) {
    exactlyOne(outcomes, 'won', 'name-taken');
  },
};

const labels: Contest = {
  rule: 'a label of a package is given once',
  attempt: ({ commit }, round, { id }) => {
    const version = someVersion({ id, packageId: 'contested', label: `1.0.${round}` });
    return won(commit([{ change: 'version.insert', version }]));
  },
  async judge(_engine, _round, outcomes) {
    exactlyOne(outcomes, 'won', 'version-exists');
  },
};

const revisions: Contest = {
  rule: 'of changes made from the same revision one is applied, wholly',
  begin: ({ commit }) =>
    commit([{ change: 'package.insert', package: somePackage({ id: 'revised', name: 'revised' }) }]),
  attempt: ({ commit }, round, { id }) => {
    const revised = somePackage({ id: 'revised', name: 'revised', title: id, revision: round + 2 });
    const version = someVersion({ id: `v-${id}`, packageId: 'revised', label: `${round}.0.0` });
    return won(
      commit([
        { change: 'package.change', package: revised },
        { change: 'version.insert', version },
      ]),
    );
  },
  async judge({ packages, versions }, round, outcomes) {
    exactlyOne(outcomes, 'won', 'state-conflict');
    const version = await versions.findByLabel('revised', `${round}.0.0`);
    assert.equal(version?.id, `v-${(await packages.find('revised'))?.title}`);
  },
};

const holds: Contest = {
  rule: 'content is held or removed, never both',
  attempt: async ({ commit, holds: store }, round, { side, id }) => {
    const digest = someDigest(`contested ${round}`);
    // Each round begins with the other side.
    if ((side + round) % 2 === 0) {
      return won(commit([{ change: 'content.hold', digest, versionId: id }])).then(
        (outcome) => `hold ${outcome}`,
      );
    }
    return (await store.claimRemoval(digest)) ? 'removal won' : 'removal refused';
  },
  async judge(_engine, _round, outcomes) {
    const all = outcomes.flat();
    assert.ok(all.includes('hold won') !== all.includes('removal won'), outcomes.join(' | '));
  },
};

const uses: Contest = {
  rule: 'a session is used as often as it has uses left',
  prepare: ({ commit }, round) =>
    commit([
      {
        change: 'session.insert',
        session: someSession({
          id: `session-${round}`,
          userId: 'ada',
          usesLeft: 3,
          expiresAt: new Date('2027-01-01'),
        }),
      },
    ]),
  attempt: async ({ tokens }, round) =>
    (await tokens.useSession(`session-${round}`, now)) === null ? 'refused' : 'used',
  async judge({ tokens }, round, outcomes) {
    const used = outcomes.flat().filter((outcome) => outcome === 'used').length;
    assert.equal(used, 3, outcomes.join(' | '));
    assert.equal((await tokens.findSession(`session-${round}`))?.usesLeft, 0);
  },
};

const leases: Contest = {
  rule: 'a job is leased to one',
  prepare: ({ commit }, round) =>
    commit([{ change: 'job.queue', job: someJob({ id: `job-${round}`, kind: 'check-version' }) }]),
  attempt: async ({ jobs }) => (await jobs.lease(['check-version'], now, 60_000))?.id ?? 'none',
  async judge(_engine, round, outcomes) {
    exactlyOne(outcomes, `job-${round}`, 'none');
  },
};

const lapsedLeases: Contest = {
  rule: 'a job whose lease has run out is leased to one, and whoever had it has lost it',
  async prepare({ commit, jobs }, round) {
    const runAt = new Date(now.getTime() - 60_000);
    const job = someJob({ id: `lapsed-${round}`, kind: 'clean-upload', runAt });
    await commit([{ change: 'job.queue', job }]);
    assert.ok(await jobs.lease(['clean-upload'], runAt, 1_000));
  },
  attempt: async ({ jobs }) => (await jobs.lease(['clean-upload'], now, 60_000))?.id ?? 'none',
  async judge(_engine, round, outcomes) {
    exactlyOne(outcomes, `lapsed-${round}`, 'none');
  },
};

const administrators: Contest = {
  rule: 'one administrator stays',
  attempt: ({ commit }, _round, { side }) => {
    const userId = side === 0 ? 'ada' : 'bob';
    return won(commit([{ change: 'user.change-permissions', userId, from: ['admin'], to: [] }]));
  },
  async judge({ commit, users }, _round, outcomes) {
    assert.equal(outcomes.flat().filter((outcome) => outcome === 'won').length, 1, outcomes.join(' | '));
    for (const userId of ['ada', 'bob']) {
      const user = await users.find(userId);
      if (user?.permissions.includes('admin')) continue;
      await commit([{ change: 'user.change-permissions', userId, from: [], to: ['admin'] }]);
    }
  },
};

const members: Contest = {
  rule: 'a deleted user is in no group',
  begin: ({ commit }) =>
    commit([{ change: 'group.insert', group: someGroup({ id: 'contested', name: 'contested' }) }]),
  prepare: ({ commit }, round) =>
    commit([
      {
        change: 'user.insert',
        user: someUser({ id: `member-${round}`, name: `member-${round}`, permissions: [] }),
        passwordHash: 'hash',
      },
    ]),
  attempt: ({ commit }, round, { side }) => {
    const userId = `member-${round}`;
    return won(
      side === 0
        ? commit([{ change: 'user.delete', userId, permissions: [], at: now }])
        : commit([{ change: 'group.add-member', groupId: 'contested', userId }]),
    );
  },
  async judge({ groups }, _round, [deletions = []]) {
    assert.ok(deletions.includes('won'));
    assert.deepEqual((await groups.listMembers('contested', { limit: 10 })).items, []);
  },
};

const webhooks: Contest = {
  rule: 'a user has as many webhooks as allowed',
  prepare: ({ commit }, round) =>
    commit(
      Array.from({ length: 19 }, (_, nth) => ({
        change: 'webhook.insert' as const,
        webhook: someWebhook({ id: `webhook-${round}-${nth}`, userId: `owner-${round}` }),
      })),
    ),
  attempt: ({ commit }, round, { id }) =>
    won(commit([{ change: 'webhook.insert', webhook: someWebhook({ id, userId: `owner-${round}` }) }])),
  async judge(_engine, _round, outcomes) {
    exactlyOne(outcomes, 'won', 'webhook-limit');
  },
};

const attempts: Contest = {
  rule: 'a failed login is counted from what was counted before',
  attempt: async ({ loginAttempts }, round, { id }) => {
    const count = { failures: 1, waitUntil: new Date(id.length), forgetAt: now };
    return (await loginAttempts.replace(`key-${round}`, null, count)) ? 'won' : 'refused';
  },
  async judge(_engine, _round, outcomes) {
    exactlyOne(outcomes, 'won', 'refused');
  },
};

export const contests: readonly Contest[] = [
  names,
  labels,
  revisions,
  holds,
  uses,
  leases,
  lapsedLeases,
  administrators,
  members,
  webhooks,
  attempts,
];

/** What the contests take for granted. */
export async function beginContests(engine: RecordsEngine): Promise<void> {
  for (const name of ['ada', 'bob']) {
    const user = someUser({ id: name, name, permissions: ['admin'] });
    await engine.commit([{ change: 'user.insert', user, passwordHash: 'hash' }]);
  }
  for (const contest of contests) await contest.begin?.(engine);
}
