// Large packages in no time: ZIP archives (APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16) whose members repeat a
// few pieces that were compressed once.
import { randomFillSync } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32, deflateRawSync } from 'node:zlib';
import { randomFrom, someWords } from './words.ts';

interface Piece {
  readonly stored: Buffer;
  readonly method: 0 | 8;
  readonly crc32: number;
  readonly sizeBytes: number;
}

interface Member extends Piece {
  readonly name: string;
  readonly offset: number;
}

const mib = 1024 * 1024;

function stored(content: Buffer): Piece {
  return { stored: content, method: 0, crc32: crc32(content), sizeBytes: content.length };
}

function deflated(content: Buffer): Piece {
  const compressed = deflateRawSync(content, { level: 1 });
  return { stored: compressed, method: 8, crc32: crc32(content), sizeBytes: content.length };
}

/**
 * Writes a package of a model with about so many bytes (under 4 GiB): weights that do not compress and are stored,
 * and text that does: a quarter, or one in so many pieces of 16 MiB. `title` makes its digest another one; `random`, what
 * the weights consist of.
 */
export async function writeModelPackage(
  path: string,
  sizeBytes: number,
  title: string,
  oneTextIn = 4,
  random = randomWeights(),
): Promise<void> {
  const weights = stored(random);
  const words = someWords(randomFrom(7), 200_000);
  const text = deflated(Buffer.from(words.repeat(Math.ceil((16 * mib) / words.length))));
  const members: Member[] = [];
  const file = await open(path, 'w');
  try {
    let offset = 0;
    const add = async (name: string, piece: Piece) => {
      const member = { ...piece, name: `${title}/${name}`, offset };
      const header = localHeader(member);
      await writeAll(file, [header, member.stored]);
      members.push(member);
      offset += header.length + member.stored.length;
    };
    await add('README.md', stored(Buffer.from(`# ${title}\n\nA model to measure with.\n`)));
    await add('config.json', stored(Buffer.from('{"model_type":"measured"}\n')));
    for (let nth = 0; offset < sizeBytes - weights.stored.length; nth++) {
      const isText = nth % oneTextIn === oneTextIn - 1;
      if (isText) for (let piece = 0; piece < 3; piece++) await add(`vocabulary/${nth}-${piece}.txt`, text);
      else await add(`weights/${nth}.bin`, weights);
    }
    await writeAll(file, [...members.map(centralHeader), endOfDirectory(members, offset)]);
  } finally {
    await file.close();
  }
}

export function randomWeights(): Buffer {
  return randomFillSync(Buffer.alloc(16 * mib));
}

async function writeAll(file: FileHandle, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    for (let done = 0; done < piece.length; ) done += (await file.write(piece, done)).bytesWritten;
  }
}

/** The fields that both headers of a member have, from the version to the length of the name. */
function commonFields({ name, method, crc32, stored, sizeBytes }: Member): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(method, 4);
  fields.writeUInt16LE(0x21, 8);
  fields.writeUInt32LE(crc32, 10);
  fields.writeUInt32LE(stored.length, 14);
  fields.writeUInt32LE(sizeBytes, 18);
  fields.writeUInt16LE(Buffer.byteLength(name), 22);
  return fields;
}

function localHeader(member: Member): Buffer {
  return Buffer.concat([Buffer.from('PK\x03\x04'), commonFields(member), Buffer.from(member.name)]);
}

function centralHeader(member: Member): Buffer {
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(0o100644 * 0x1_0000, 6);
  rest.writeUInt32LE(member.offset, 10);
  const madeOnUnix = Buffer.from([20, 3]);
  return Buffer.concat([
    Buffer.from('PK\x01\x02'),
    madeOnUnix,
    commonFields(member),
    rest,
    Buffer.from(member.name),
  ]);
}

function endOfDirectory(members: readonly Member[], offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(
    members.reduce((sum, member) => sum + centralHeader(member).length, 0),
    12,
  );
  end.writeUInt32LE(offset, 16);
  return end;
}
