import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { someCaller, someDigest, somePackage, someVersion } from '../../test/support/samples.ts';
import { testPipeline } from '../../test/support/test-pipeline.ts';
import { run } from '../command-line.ts';
import { audited } from '../core/audit/index.ts';
import { signReceipt } from '../core/hallmarks/index.ts';
import { releaseVersion } from '../core/pipeline/index.ts';
import { keySetOf } from '../core/signing/index.ts';

const folder = await mkdtemp(join(tmpdir(), 'assay-verify-'));
after(() => rm(folder, { recursive: true }));
const pipeline = await testPipeline();
const { ports, clock, registryKeys } = pipeline;
const place = (name: string) => join(folder, name);
const [hallmark, file, keys] = [place('hallmark.json'), place('tokenizer.zip'), place('keys.json')];

const save = (name: string, content: unknown) => writeFile(place(name), JSON.stringify(content));
const saveKeys = async (name = 'keys.json') => save(name, keySetOf(await ports.signer.publicKeys()));

before(async () => {
  const version = await pipeline.publish(someCaller('ada'));
  await writeFile(hallmark, (await ports.hallmarks.latest(version.id))?.envelope ?? '');
  await writeFile(file, 'good bytes');
  await saveKeys();
});

/** `assay verify …`, in an environment without anything. */
async function verify(...args: string[]) {
  const [printed, complained]: [string[], string[]] = [[], []];
  const output = {
    log: (line: string) => printed.push(line),
    error: (line: string) => complained.push(line),
  };
  const code = await run(['verify', ...args], {}, output);
  return { code, printed: printed.join('\n'), complained: complained.join('\n') };
}

describe('assay verify', () => {
  test('tells what a good hallmark attests, and exits with 0', async () => {
    const { code, printed, complained } = await verify(hallmark, file, '--keys', keys, '--registry', 'test');
    assert.deepEqual([code, complained], [0, '']);
    for (const told of [
      /^Good: a hallmark of the registry test \(https:\/\/registry\.test\)\.$/m,
      /^ {2}is +model tokenizer 1\.0\.0$/m,
      new RegExp(`^ {2}digest +sha256:${someDigest('good bytes')}$`, 'm'),
      /^ {2}verdict +passed \(published\)$/m,
      /^ {2}rules +test 1 \(model\)$/m,
      /^ {2}coverage +100 % of bytes, by every check\.$/m,
    ]) {
      assert.match(printed, told);
    }
  });

  test('exits with 3, or 1 where something cannot be read, and says why', async () => {
    await writeFile(place('other.zip'), 'good Bytes');
    await save('no-keys.json', { keys: [] });
    await save('no-set.json', []);
    await save('not.json', { payload: '' });
    const cases: readonly (readonly [number, RegExp, string, string, string, ...string[]])[] = [
      [3, /about pkg:assay\/model\/tokenizer@1\.0\.0 with the digest/, hallmark, place('other.zip'), keys],
      [3, /is not among the keys/, hallmark, file, place('no-keys.json')],
      [1, /no JSON Web Key Set/, hallmark, file, place('no-set.json')],
      [3, /no signed envelope/, place('not.json'), file, keys],
      [3, /made by the registry "test", not by "other"/, hallmark, file, keys, '--registry', 'other'],
      [1, /ENOENT/, place('missing.json'), file, keys],
      [1, /ENOENT/, hallmark, place('missing.zip'), keys],
      [1, /Keys are not believed from http:/, hallmark, file, 'http://registry.example.org/keys.json'],
    ];
    for (const [exit, why, statement, about, from, ...more] of cases) {
      const { code, printed, complained } = await verify(statement, about, '--keys', from, ...more);
      assert.deepEqual([code, printed], [exit, ''], complained);
      assert.match(complained, why);
      assert.doesNotMatch(complained, /^ {4}at /m, 'no stack');
    }
  });

  test('exits with 2 when it is not said what to verify, or by which keys', async () => {
    for (const args of [[], [hallmark], [hallmark, file], [hallmark, file, 'more', '--keys', keys]]) {
      assert.equal((await verify(...args)).code, 2, args.join(' '));
    }
  });

  test('takes the keys from an address, and says when they cannot be had there', async () => {
    const answers = new Map([['/keys', JSON.stringify(keySetOf(await ports.signer.publicKeys()))]]);
    const server = createServer((request, response) => {
      const body = answers.get(request.url ?? '');
      if (request.url === '/moved') response.writeHead(302, { location: '/keys' }).end();
      else response.writeHead(body === undefined ? 404 : 200).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    assert.equal((await verify(hallmark, file, '--keys', `${url}/keys`)).code, 0);
    assert.match((await verify(hallmark, file, '--keys', `${url}/none`)).complained, /answers with 404/);
    assert.match((await verify(hallmark, file, '--keys', `${url}/moved`)).complained, /cannot be had/);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const gone = await verify(hallmark, file, '--keys', `${url}/keys`);
    assert.deepEqual([gone.code, /cannot be had: .*ECONNREFUSED/.test(gone.complained)], [1, true]);
  });

  test('believes an old hallmark after its key has retired', async () => {
    const before = await registryKeys.publicKeys();
    await registryKeys.rotate();
    clock.advance(7_200);
    await saveKeys('later.json');
    assert.equal((await verify(hallmark, file, '--keys', place('later.json'))).code, 0);
    await save(
      'retired.json',
      keySetOf(before.map((key) => ({ ...key, retiredAt: new Date('2020-01-01') }))),
    );
    const { code, complained } = await verify(hallmark, file, '--keys', place('retired.json'));
    assert.deepEqual([code, /has been retired since 2020/.test(complained)], [3, true]);
  });

  test('tells what a receipt attests', async () => {
    const { entry } = audited(ports, someCaller('bob'), 'version.download', {});
    const received = {
      package: somePackage({ name: 'tokenizer' }),
      version: someVersion({ label: '1.0.0' }),
      digest: someDigest('good bytes'),
      reason: 'Published.',
      policies: ['published', 'mine'],
      entry,
    };
    await writeFile(place('receipt.json'), await signReceipt(ports, received));
    await saveKeys();
    const { code, printed } = await verify(place('receipt.json'), file, '--keys', keys);
    assert.equal(code, 0);
    assert.match(printed, /^Good: a receipt of the registry test/);
    assert.match(printed, /^ {2}for +bob \(bob\)$/m);
    assert.match(printed, /^ {2}policies +published, mine$/m);
    assert.match(printed, new RegExp(`audit entry ${entry.id}$`, 'm'));
  });

  test('shows the words of a reviewer, without what would steer the terminal', async () => {
    const version = await pipeline.publish(someCaller('ada'), { packageName: 'odd', bytes: 'bad bytes' });
    const vera = someCaller('vera', { permissions: ['admin'] });
    await releaseVersion(ports, vera, version.id, { reason: 'It is\u001b[2J fine.' });
    await pipeline.runJobs('publish-released-version');
    await writeFile(place('odd.json'), (await ports.hallmarks.latest(version.id))?.envelope ?? '');
    await writeFile(place('odd.zip'), 'bad bytes');
    await saveKeys();
    const { code, printed } = await verify(place('odd.json'), place('odd.zip'), '--keys', keys);
    assert.equal(code, 0);
    assert.match(printed, /released by a reviewer: It is\uFFFD\[2J fine\.$/m);
    assert.match(printed, /^ {2}verdict +failed/m);
  });
});
