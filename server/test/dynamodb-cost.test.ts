// What a gated download costs on DynamoDB, from the token to the address. The figures are in docs/operations/dynamodb.md.
import assert from 'node:assert/strict';
import { describe, mock, type TestContext, test } from 'node:test';
import { CedarPolicyEngine } from '../src/adapters/cedar/cedar-policy-engine.ts';
import { DynamoAuditLog } from '../src/adapters/dynamodb/audit.ts';
import { DynamoDatabase } from '../src/adapters/dynamodb/database.ts';
import { dynamoEngine } from '../src/adapters/dynamodb/dynamodb-engine.ts';
import { JoseSessionSigner } from '../src/adapters/jose/session-signer.ts';
import { MemoryContentStore } from '../src/adapters/memory/content-store.ts';
import { MemorySecretStore } from '../src/adapters/memory/secret-store.ts';
import {
  authenticateCaller,
  ensureSessionKey,
  hashOfTokenText,
  newTokenText,
  SigningKeys,
} from '../src/core/access/index.ts';
import { downloadVersion, PolicyKeeper } from '../src/core/gate/index.ts';
import { RegistryKeys } from '../src/core/signing/index.ts';
import { billed } from './support/billed-units.ts';
import { openTestDynamoDb, whyNoDynamoDb } from './support/dynamodb-server.ts';
import { FakeValidatorRunner } from './support/fake-validator-runner.ts';
import {
  randomness,
  someGroup,
  somePackage,
  somePersonalToken,
  someSession,
  someUser,
  someVersion,
} from './support/samples.ts';
import { accessSettings } from './support/test-registry.ts';

const start = Date.parse('2026-05-04T12:00:00Z');
const clock = { now: () => new Date() };

describe('a gated download on DynamoDB', { skip: whyNoDynamoDb() ?? false }, () => {
  /** Users with tokens, some packages, and `download`, which tells what one download costs. */
  async function registry(t: TestContext, { users: userCount = 1, packages: packageCount = 1 } = {}) {
    const opened = await openTestDynamoDb();
    t.after(opened.close);
    mock.timers.enable({ apis: ['Date'], now: start });
    t.after(() => mock.timers.reset());
    const { client, units } = billed(opened.client);
    const database = new DynamoDatabase(client, opened.tablePrefix);
    const engine = dynamoEngine(database);
    const signingKeys = new SigningKeys({ clock, secrets: new MemorySecretStore() });
    await ensureSessionKey({ clock, randomness, signingKeys });
    const sessionSigner = new JoseSessionSigner({ clock, signingKeys, access: accessSettings });
    const authentication = { clock, tokens: engine.tokens, sessionSigner, access: accessSettings };
    const serving = { addressContent: async () => 'https://example.org/content' };
    const validation = { validatorRunner: new FakeValidatorRunner(), validatorArchives: null };
    const content = new MemoryContentStore();
    const policyKeeper = new PolicyKeeper({
      clock,
      policies: engine.policies,
      policyEngine: new CedarPolicyEngine(),
    });
    const gate = {
      ...engine,
      clock,
      randomness,
      content,
      serving,
      downloadLifetimeMs: 300_000,
      ...validation,
      policyKeeper,
      signer: await RegistryKeys.open({ clock, randomness, secrets: new MemorySecretStore() }),
      identity: { name: 'test', url: null },
    };

    const expiresAt = new Date(start + 3_600_000);
    const users = await Promise.all(
      Array.from({ length: userCount }, async (_, i) => {
        const user = someUser({ name: `user-${i}-of-the-registry` });
        const groups = ['vision', 'speech'].map((name) => someGroup({ name: `${name}-${user.name}` }));
        const text = newTokenText(randomness);
        const textHash = hashOfTokenText(text) ?? '';
        const token = somePersonalToken({
          userId: user.id,
          textHash,
          packagePatterns: ['vad-*', '*'],
          expiresAt,
        });
        const session = someSession({ userId: user.id, expiresAt });
        await engine.commit([
          { change: 'user.insert', user, passwordHash: `$argon2id$${'x'.repeat(100)}` },
          ...groups.map((group) => ({ change: 'group.insert', group }) as const),
          ...groups.map(
            ({ id: groupId }) => ({ change: 'group.add-member', groupId, userId: user.id }) as const,
          ),
          { change: 'personal-token.insert', token },
          { change: 'session.insert', session },
        ]);
        const statement = { sessionId: session.id, userId: user.id };
        return { token: text, session: await sessionSigner.sign(statement, clock.now(), expiresAt) };
      }),
    );
    const packages = await Promise.all(
      Array.from({ length: packageCount }, async (_, i) => {
        const summary = 'What it is good for, in a sentence or two. '.repeat(10);
        const version = someVersion({ packageId: randomness.id(), summary });
        const latest = { versionId: version.id, label: version.label };
        const name = `package-${i}`;
        const pkg = somePackage({ id: version.packageId, name, description: summary.repeat(4), latest });
        await engine.commit([
          { change: 'package.insert', package: pkg },
          { change: 'version.insert', version },
        ]);
        return pkg;
      }),
    );

    // A process asks once a second whether there are newer policies, whatever it has to do.
    await policyKeeper.current();
    async function costOf(work: () => Promise<unknown>) {
      const before = units();
      await work();
      const after = units();
      return { reads: after.reads - before.reads, writes: after.writes - before.writes };
    }
    const download = (bearer: string, packageId: string, label?: string) =>
      costOf(async () => {
        const from = { address: '2001:db8::1', requestId: randomness.id() };
        const caller = await authenticateCaller(authentication, `Bearer ${bearer}`, from);
        await downloadVersion(gate, caller, { packageId, label });
      });
    return { database, users, packages, download, costOf };
  }

  test('costs at most 4 read and 2 write units while somebody waits for it', async (t) => {
    const { users, packages, download } = await registry(t);
    const [{ token, session }, { id }] = [users[0], packages[0]] as [
      (typeof users)[number],
      (typeof packages)[number],
    ];
    assert.deepEqual(await download(token, id), { reads: 4, writes: 1 });
    assert.deepEqual(await download(token, id, '1.2.3'), { reads: 4, writes: 1 });
    assert.deepEqual(await download(session, id), { reads: 3, writes: 2 });
  });

  for (const [users, packages] of [
    [10, 5],
    [1, 1],
  ] as const) {
    test(`costs a fraction of a unit more when it is listed with others of ${users} users and ${packages} packages`, async (t) => {
      const made = await registry(t, { users, packages });
      for (let i = 0; i < 200; i++) {
        const [user, pkg] = [made.users[i % users], made.packages[i % packages]];
        assert.ok(user && pkg);
        await made.download(user.token, pkg.id);
      }
      mock.timers.setTime(start + 5 * 60_000);
      const { reads, writes } = await made.costOf(() => new DynamoAuditLog(made.database).listDue());
      t.diagnostic(`${reads / 200} reads and ${writes / 200} writes a download`);
      assert.ok(reads / 200 < 0.25, `${reads} reads`);
      assert.ok(writes > 0 && writes / 200 < 0.75, `${writes} writes`);
    });
  }
});
