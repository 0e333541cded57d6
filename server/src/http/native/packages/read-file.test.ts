import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { someDigest, somePackage, someVersion } from '../../../../test/support/samples.ts';
import { testApp } from '../../../../test/support/test-app.ts';
import { testRegistry } from '../../../../test/support/test-registry.ts';
import { packageKey } from '../../../core/content/index.ts';

test('HEAD tells about a file without reading it', async () => {
  const { registry, signIn } = await testRegistry();
  const { headers } = await signIn('ada', ['download']);
  const digest = someDigest('content');
  const pkg = somePackage({ state: 'published' });
  const version = someVersion({ packageId: pkg.id, state: 'published', label: '1.0.0', digest });
  await registry.commit([
    { change: 'package.insert', package: pkg },
    { change: 'version.insert', version },
  ]);
  await registry.content.write(packageKey(digest), Readable.from([Buffer.from('content')]));
  const file = { path: 'a.txt', sizeBytes: 7, storedBytes: 7, offset: 0, crc32: 0, digest };
  await registry.files.put(version.id, [{ ...file, method: 'stored' }]);
  let reads = 0;
  const { content } = registry;
  const counting: typeof content = Object.create(content, {
    read: {
      value: (...args: Parameters<typeof content.read>) => {
        reads += 1;
        return content.read(...args);
      },
    },
  });
  const app = await testApp({ registry: { ...registry, content: counting } });
  const url = `/api/packages/${pkg.id}/files/a.txt?version=1.0.0`;

  const head = await app.inject({ method: 'HEAD', url, headers });
  assert.deepEqual([head.statusCode, head.headers['content-length'], head.body], [200, '7', '']);
  assert.equal(head.headers.etag, `"${digest}"`);
  assert.equal(reads, 0);
  assert.equal((await app.inject({ method: 'GET', url, headers })).body, 'content');
  assert.equal(reads, 1);
});
