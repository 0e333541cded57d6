import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  anHourLater,
  filesystemContent,
  folderPerTest,
  type OwnContentUnderTest,
  put,
} from '../../../test/support/content.ts';
import { randomness } from '../../../test/support/samples.ts';
import { packageKey } from '../../core/content/index.ts';
import { ClientLeft, sendContent } from './send-content.ts';

describe('a download', () => {
  const folder = folderPerTest();
  let under: OwnContentUnderTest;
  beforeEach(async () => {
    under = await filesystemContent(folder());
  });
  afterEach(() => under.close());

  // More than the system buffers on both sides of a connection.
  const bytes = randomness.bytes(20_000_000);
  const digest = 'ab'.repeat(32);

  async function begun(): Promise<IncomingMessage> {
    if ((await under.content.stat(packageKey(digest))) === null) {
      await put(under.content, packageKey(digest), bytes);
    }
    const served = { digest, fileName: 'a', contentType: 'application/zip', versionId: 'v' };
    const url = await under.serving.addressContent(packageKey(digest), served, anHourLater);
    const asking = request(url, { agent: false });
    asking.end();
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    answer.on('error', () => {});
    return answer;
  }

  async function untilNoFileIsOpen(): Promise<void> {
    while ((await openFilesBelow(folder())).length > 0) await new Promise((next) => setTimeout(next, 10));
  }

  test('that the client leaves lets go of its file', { timeout: 10_000 }, async () => {
    const answers = [await begun(), ...(await Promise.all(Array.from({ length: 9 }, begun)))];
    assert.ok((await openFilesBelow(folder())).length >= 10);
    for (const answer of answers) answer.destroy();
    await untilNoFileIsOpen();
  });

  test('that the client does not go on with is cut, and lets go of its file', {
    timeout: 10_000,
  }, async () => {
    const answer = await begun();
    await untilNoFileIsOpen();
    await assert.rejects(answer.toArray(), { code: 'ECONNRESET' });
  });
});

/** Sends what `read` gives as an object of `sizeBytes`, to a client that reads all of it. */
async function exchange(
  sizeBytes: number,
  read: (into: Uint8Array, position: number) => Promise<number>,
): Promise<{ sent: unknown; received: Buffer | Error }> {
  const { promise: sent, resolve } = Promise.withResolvers<unknown>();
  const content = { stat: { sizeBytes, revision: '' }, read, close: async () => {} };
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': sizeBytes });
    sendContent(response, content, { start: 0, end: sizeBytes }).then(() => resolve('all'), resolve);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const received = await answer.arrayBuffer().then(Buffer.from, (error: Error) => error);
    return { sent: await sent, received };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('sending content', () => {
  const bytes = randomness.bytes(5_000_000);
  const from = async (into: Uint8Array, position: number) => bytes.copy(into, 0, position);

  test('keeps the order of the bytes, however unevenly they are read', async () => {
    const { sent, received } = await exchange(bytes.length, async (into, position) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      return from(into, position);
    });
    assert.equal(sent, 'all');
    assert.deepEqual(received, bytes);
  });

  test('cuts the connection when the content is shorter than it said', async () => {
    const { sent, received } = await exchange(bytes.length + 1, from);
    assert.match(String(sent), /content ends at 5000000 of 5000001/);
    assert.ok(received instanceof Error);
  });

  test('cuts the connection when reading fails, and passes the failure on', async () => {
    const failure = new Error('disk on fire');
    const { sent, received } = await exchange(bytes.length, async (into, position) => {
      if (position > 2_000_000) throw failure;
      return from(into, position);
    });
    assert.equal(sent, failure);
    assert.ok(received instanceof Error);
  });

  test('ends when the client is gone before it begins', async () => {
    const { promise: sent, resolve } = Promise.withResolvers<unknown>();
    const server = createServer(async (incoming, response) => {
      if (!incoming.destroyed) await once(incoming.socket, 'close');
      const content = { stat: { sizeBytes: 5_000_000, revision: '' }, read: from, close: async () => {} };
      sendContent(response, content, { start: 0, end: 5_000_000 }).then(resolve, resolve);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const asking = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
    asking.on('error', () => {});
    asking.end();
    await once(server, 'request');
    asking.destroy();
    assert.ok((await sent) instanceof ClientLeft);
    server.close();
  });
});

async function openFilesBelow(folder: string): Promise<string[]> {
  const links = (await readdir('/proc/self/fd')).map((name) => readlink(`/proc/self/fd/${name}`));
  const targets = await Promise.allSettled(links);
  return targets.flatMap((link) =>
    link.status === 'fulfilled' && link.value.startsWith(folder) ? [link.value] : [],
  );
}
