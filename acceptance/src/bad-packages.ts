// Packages that never pass, each for one reason.
import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';
import { zipOf } from './packages.ts';

const localHeader = Buffer.from('PK\x03\x04', 'latin1');
const directoryRecord = Buffer.from('PK\x01\x02', 'latin1');

/** A file would be unpacked outside of its folder. */
export async function unsafePackage(words = 'outside'): Promise<Buffer> {
  const zip = await zipOf({ 'README.md': `# ${words}\n`, 'XX/outside.txt': words });
  return replaced(zip, 'XX/outside.txt', '../outside.txt');
}

/** A file says that it is encrypted. */
export async function encryptedPackage(words = 'hidden'): Promise<Buffer> {
  const zip = await zipOf({ 'secret.txt': words });
  for (const [record, flagsAt] of [
    [localHeader, 6],
    [directoryRecord, 8],
  ] as const) {
    const at = zip.indexOf(record) + flagsAt;
    zip.writeUInt16LE(zip.readUInt16LE(at) | 1, at);
  }
  return zip;
}

/** One byte of a file was changed after its CRC-32 was taken. */
export async function corruptPackage(words = 'these are the words'): Promise<Buffer> {
  const zip = await zipOf({ 'words.txt': words }, ['words.txt']);
  const at = zip.indexOf(words);
  zip.writeUInt8(zip.readUInt8(at) ^ 0x20, at);
  return zip;
}

/** A member is a symbolic link, to where no package has business. */
export function linkingPackage(): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  zip.addBuffer(Buffer.from('words'), 'README.md');
  zip.addBuffer(Buffer.from('/etc/passwd'), 'passwords', { mode: 0o120777 });
  zip.end();
  return buffer(zip.outputStream);
}

/** Two files have the same name. */
export async function ambiguousPackage(): Promise<Buffer> {
  return replaced(await zipOf({ 'file-1.txt': 'one', 'file-2.txt': 'two' }), 'file-2.txt', 'file-1.txt');
}

/** A few kilobytes that unpack to many megabytes. */
export function explodingPackage(): Promise<Buffer> {
  return zipOf({ 'README.md': 'words', 'zeros.bin': Buffer.alloc(40 * 1024 * 1024) });
}

/** Every occurrence of a text replaced by another of the same length. */
function replaced(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');
}
