// Content stores with what answers at their addresses: `describeOnEveryContent` runs a suite once per store, with a fresh
// and empty one for each test; `describeOnOwnContent` only on those whose addresses are of this server.
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import { ContentFolder } from '../../src/adapters/filesystem/content-folder.ts';
import { FilesystemContentStore } from '../../src/adapters/filesystem/content-store.ts';
import { openFileSource } from '../../src/adapters/filesystem/file-source.ts';
import { FilesystemIncomingStore } from '../../src/adapters/filesystem/incoming-store.ts';
import { MemoryContentStore } from '../../src/adapters/memory/content-store.ts';
import { MemoryIncomingStore } from '../../src/adapters/memory/incoming-store.ts';
import { openMemorySource } from '../../src/adapters/memory/memory-source.ts';
import type { S3Settings } from '../../src/adapters/s3/open-content.ts';
import { s3SourceOpener } from '../../src/adapters/s3/s3-source.ts';
import type { ByteSource } from '../../src/core/checks/index.ts';
import {
  type Area,
  type ContentKey,
  type ContentLocation,
  type ContentStore,
  type IncomingStore,
  type OwnContent,
  type ReceivingStore,
  receivingAtOwnAddresses,
  type ServingStore,
  SignedAddresses,
  servingAtOwnAddresses,
} from '../../src/core/content/index.ts';
import { addContentFace } from '../../src/http/content/index.ts';
import { answerBeforeTheBodyEnds } from '../../src/http/content/slow-clients.ts';
import { problemFrom } from '../../src/http/problem.ts';
import { openTestContent, type S3Server, s3Servers } from './s3-server.ts';
import { randomness } from './samples.ts';

export interface ContentUnderTest {
  readonly content: ContentStore;
  readonly receiving: ReceivingStore;
  readonly serving: ServingStore;
  openSource(location: ContentLocation): ByteSource & { close?(): void };
  /** What time it is; tests move it. */
  readonly clock: { now(): Date; set(at: Date): void };
  close(): Promise<void>;
}

export interface OwnContentUnderTest extends ContentUnderTest {
  readonly incoming: IncomingStore;
  readonly url: string;
  /** Uploads and versions that the guards refuse. */
  readonly closedUploads: Set<string>;
  readonly hiddenVersions: Set<string>;
}

export const someTime = new Date('2026-01-31T12:00:00Z');
export const anHourLater = new Date('2026-01-31T13:00:00Z');

/** Cuts connections that stand still for longer. */
export const idleTimeoutMs = 1_500;

export async function filesystemContent(root: string): Promise<OwnContentUnderTest> {
  const folder = await ContentFolder.open(root);
  return served(new FilesystemContentStore(folder), new FilesystemIncomingStore(folder));
}

export async function memoryContent(): Promise<OwnContentUnderTest> {
  const content = new MemoryContentStore();
  return served(content, new MemoryIncomingStore(content));
}

async function served(content: ContentStore, incoming: IncomingStore): Promise<OwnContentUnderTest> {
  const clock = movedClock();
  const closedUploads = new Set<string>();
  const hiddenVersions = new Set<string>();
  const key = { id: 'test', secret: randomness.bytes(32) };
  const own: OwnContent = {
    addresses: new SignedAddresses({ clock, randomness }, { list: async () => [key] }),
    content,
    incoming,
    receivingGuard: { isOpen: async (id) => !closedUploads.has(id) },
    servingGuard: { isServed: async (id) => !hiddenVersions.has(id) },
  };
  const { app, url } = await listen(own);
  return {
    content,
    incoming,
    receiving: receivingAtOwnAddresses(own, () => url),
    serving: servingAtOwnAddresses(own.addresses, () => url),
    openSource: (location) =>
      location.store === 'file' ? openFileSource(location) : openMemorySource(inMemory(location)),
    url,
    clock,
    closedUploads,
    hiddenVersions,
    close: () => app.close(),
  };
}

async function listen(own: OwnContent): Promise<{ app: FastifyInstance; url: string }> {
  const app = Fastify({ forceCloseConnections: true });
  app.addSchema({ $id: 'Problem', type: 'object', additionalProperties: true });
  app.setErrorHandler((error, request, reply) => {
    const { status, headers, body } = problemFrom(error, request.id);
    return reply.code(status).headers(headers).send(body);
  });
  answerBeforeTheBodyEnds(app);
  addContentFace(app, own, idleTimeoutMs);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { app, url: `http://127.0.0.1:${port}` };
}

/** `suite` declares tests; `under()` inside a test is that test's own. */
export function describeOnEveryContent(port: string, suite: (under: () => ContentUnderTest) => void): void {
  describeOnOwnContent(port, suite);
  for (const server of s3Servers) {
    for (const kind of server.bucketKinds) {
      describe(`${port} on ${server.name}, a bucket ${kind}`, { skip: server.skip }, () => {
        let current: ContentUnderTest;
        beforeEach(async () => {
          current = await s3Content(server, { requireVersions: kind === 'that keeps versions' });
        });
        afterEach(() => current.close());
        suite(() => current);
      });
    }
  }
}

/** Where this server receives and serves by itself. */
export function describeOnOwnContent(port: string, suite: (under: () => OwnContentUnderTest) => void): void {
  describe(`${port} in memory`, () => {
    let current: OwnContentUnderTest;
    beforeEach(async () => {
      current = await memoryContent();
    });
    afterEach(() => current.close());
    suite(() => current);
  });
  describe(`${port} on the file system`, () => {
    const folder = folderPerTest();
    let current: OwnContentUnderTest;
    beforeEach(async () => {
      current = await filesystemContent(folder());
    });
    afterEach(() => current.close());
    suite(() => current);
  });
}

async function s3Content(server: S3Server, settings: Partial<S3Settings>): Promise<ContentUnderTest> {
  const clock = movedClock();
  const content = await openTestContent(server, clock, settings);
  const openSource = s3SourceOpener(content.threadData);
  return {
    ...content,
    clock,
    openSource: (location) => {
      if (location.store !== 's3') throw new Error(`nothing of S3 lies in a ${location.store}`);
      return openSource(location);
    },
  };
}

function movedClock(): ContentUnderTest['clock'] {
  let present = someTime;
  return {
    now: () => present,
    set: (at) => {
      present = at;
    },
  };
}

/** An empty folder for each test of a suite. */
export function folderPerTest(): () => string {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-content-'));
  });
  afterEach(async () => {
    await chmod(folder, 0o700);
    await rm(folder, { recursive: true });
  });
  return () => folder;
}

function inMemory(location: ContentLocation) {
  if (location.store !== 'memory') throw new Error(`nothing of the memory lies in a ${location.store}`);
  return location;
}

/** Writes and reads whole objects. */
export function put(store: ContentStore, key: ContentKey, bytes: Uint8Array | string) {
  return store.write(key, Readable.from([Buffer.from(bytes)], { objectMode: false }));
}

export async function get(store: ContentStore, key: ContentKey): Promise<Buffer> {
  return buffer(await store.read(key));
}

export async function pathsOf(store: ContentStore, area: Area): Promise<string[]> {
  return (await Array.fromAsync(store.list(area))).map(({ path }) => path);
}

/** Every file below a folder, the hidden ones too, as sorted relative paths. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
