// A validator looks into an archive of 2 GiB: only what it reads of it is read, from the disk and by the script.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { ContentFolder } from '../src/adapters/filesystem/content-folder.ts';
import { FilesystemContentStore } from '../src/adapters/filesystem/content-store.ts';
import { memoryEngine } from '../src/adapters/memory/memory-engine.ts';
import { openSandbox } from '../src/adapters/sandbox/sandbox.ts';
import { type ContentStore, packageKey, printKey } from '../src/core/content/index.ts';
import { runValidator } from '../src/core/gate/run-validator.ts';
import { scriptOf } from '../src/core/validators/index.ts';
import { someCaller, someDigest, somePackage, someValidator, someVersion } from './support/samples.ts';

const mebibyte = 1024 ** 2;
const hugeBytes = 2048 * mebibyte;
const digest = someDigest('huge');

const folder = await mkdtemp(join(tmpdir(), 'assay-huge-'));
const sandbox = openSandbox({
  preparedFolder: null,
  cacheFolder: join(folder, 'cache'),
  limits: {
    memoryBytes: 256 * mebibyte,
    fileBytes: mebibyte,
    cpuSeconds: 20,
    wallMs: 120_000,
    outputBytes: 65_536,
    readBytes: 8 * mebibyte,
  },
  pool: { warm: 0, idleMs: 1_000, running: 1, waiting: 1, startMs: 120_000 },
  requireKernelLayer: true,
  reach: null,
  report: () => {},
});
const { ready, problems } = await sandbox.prepare();
after(async () => {
  await sandbox[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** A stored member of zeros, 2 GiB of a hole in the file, and behind it a small one. */
async function writeHugeArchive(path: string): Promise<number> {
  const card = Buffer.from('{"consent": "given"}');
  const members = [
    { name: 'weights.bin', sizeBytes: hugeBytes, crc: 0, offset: 0 },
    { name: 'card.json', sizeBytes: card.length, crc: crc32(card), offset: 30 + 11 + hugeBytes },
  ];
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  for (const member of members) await file.write(headerOf(member, false), 0, null, member.offset);
  const directoryStart = (members[1]?.offset ?? 0) + 30 + 9 + card.length;
  await file.write(card, 0, null, directoryStart - card.length);
  const directory = Buffer.concat(members.map((member) => headerOf(member, true)));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(directoryStart, 16);
  await file.write(Buffer.concat([directory, end]), 0, null, directoryStart);
  await file.close();
  return directoryStart + directory.length + end.length;
}

interface Member {
  readonly name: string;
  readonly sizeBytes: number;
  readonly crc: number;
  readonly offset: number;
}

/** The local header, or that of the directory. */
function headerOf({ name, sizeBytes, crc, offset }: Member, inDirectory: boolean): Buffer {
  const header = Buffer.alloc(inDirectory ? 46 : 30);
  const common = inDirectory ? 6 : 4;
  header.writeUInt32LE(inDirectory ? 0x02014b50 : 0x04034b50, 0);
  header.writeUInt16LE(20, common);
  header.writeUInt32LE(crc, common + 10);
  header.writeUInt32LE(sizeBytes, common + 14);
  header.writeUInt32LE(sizeBytes, common + 18);
  header.writeUInt16LE(name.length, common + 22);
  if (inDirectory) header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, Buffer.from(name)]);
}

/** The store, and how many bytes were read of it. */
function counted(store: ContentStore) {
  const read = { bytes: 0 };
  const content: Pick<ContentStore, 'open'> = {
    async open(key) {
      const opened = await store.open(key);
      return {
        stat: opened.stat,
        read: async (into, position) => {
          const length = await opened.read(into, position);
          read.bytes += length;
          return length;
        },
        close: () => opened.close(),
      };
    },
  };
  return { content, read };
}

const scripts = {
  python: `
import json, zipfile
def validate(ctx):
    with zipfile.ZipFile(ctx.archive) as archive:
        assert archive.getinfo("weights.bin").file_size == ${hugeBytes}
        return json.loads(archive.read("card.json"))["consent"] == "given"
`,
  javascript: `
exports.validate = ({ archive }) => {
  const card = archive.entries().find(({ name }) => name === 'card.json');
  return JSON.parse(archive.readEntry(card).toString()).consent === 'given';
};
`,
} as const;

describe('a validator of an archive of 2 GiB', { skip: ready ? false : problems.join(' ') }, async () => {
  const store = new FilesystemContentStore(await ContentFolder.open(join(folder, 'content')));
  const sizeBytes = await writeHugeArchive(join(folder, 'content', printKey(packageKey(digest))));
  for (const language of ['python', 'javascript'] as const) {
    test(`in ${language} reads a member at its end, and less than 1 MiB of it in all`, async () => {
      const engine = memoryEngine();
      const pkg = somePackage({ sensitive: true });
      const version = someVersion({ packageId: pkg.id, sizeBytes, digest });
      const script = scriptOf(language, scripts[language]);
      await engine.commit([
        { change: 'validator.append', version: someValidator({ packageId: pkg.id, script }) },
      ]);
      const { content, read } = counted(store);
      const ports = { ...engine, content, validatorRunner: sandbox, validatorArchives: null };
      const run = await runValidator(ports, someCaller(), { package: pkg, version, digest });
      assert.equal(run?.noted.cause, 'allowed', JSON.stringify(run));
      assert.ok(read.bytes > 0 && read.bytes < mebibyte, `${read.bytes} bytes were read`);
    });
  }
});
