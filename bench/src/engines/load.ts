// The workload by which sets of engines are compared: users who publish small packages, wait for the decision, and
// download each several times to its last byte.
import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type AssayClient, uploadPackage, waitForOutcome } from '../../../client/src/index.ts';

const users = 8;
const packagesOfEach = 3;
const downloadsOfEach = 10;

/** Packages published and downloads done each second, counted together. */
export async function runLoad(client: AssayClient): Promise<number> {
  const startedAt = performance.now();
  const done = await Promise.all(Array.from({ length: users }, () => oneUser(client)));
  const seconds = (performance.now() - startedAt) / 1_000;
  return done.reduce((sum, count) => sum + count, 0) / seconds;
}

async function oneUser(client: AssayClient): Promise<number> {
  for (let nth = 0; nth < packagesOfEach; nth++) {
    const { packageId, digest } = await publishSmall(client, `load-${randomBytes(8).toString('hex')}`);
    for (let download = 0; download < downloadsOfEach; download++) {
      const { url } = await client.download(packageId);
      const bytes = await (await fetch(url)).bytes();
      if (createHash('sha256').update(bytes).digest('hex') !== digest) throw new Error('other bytes');
    }
  }
  return packagesOfEach * (1 + downloadsOfEach);
}

/** Resolves when it can be downloaded. */
export async function publishSmall(
  client: AssayClient,
  name: string,
): Promise<{ packageId: string; digest: string }> {
  const bytes = storedZip(
    'README.md',
    Buffer.from(`# ${name}\n\n${randomBytes(6_000).toString('base64')}\n`),
  );
  const digest = createHash('sha256').update(bytes).digest('hex');
  const { id } = await uploadPackage(client, {
    kind: 'code',
    name,
    version: '1.0.0',
    fileName: 'package.zip',
    file: new Blob([new Uint8Array(bytes)]),
  });
  const { outcome, packageId } = await waitForOutcome(client, id, { pollMs: 50 });
  if (outcome.state !== 'published' || packageId === null) throw new Error(JSON.stringify(outcome));
  return { packageId, digest };
}

/** A ZIP archive of one file as it is (APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16). */
function storedZip(name: string, content: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(0x21, 8);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(content.length, 14);
  fields.writeUInt32LE(content.length, 18);
  fields.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), content]);
  const attributes = Buffer.alloc(14);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, attributes, Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
