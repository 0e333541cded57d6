// Packages that never pass, each for one reason.
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

/** Every occurrence of a text replaced by another of the same length. */
function replaced(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');
}
