// A large archive that takes no room.
import { crc32 } from 'node:zlib';

/** One stored member of nearly this size, of nothing but zeros, and a small one behind it; nothing of it is kept. */
export function sparseArchive(sizeBytes: number) {
  const large = sizeBytes - 4_096;
  const header = (name: string, length: number) => {
    const bytes = Buffer.alloc(30 + name.length);
    bytes.writeUInt32LE(0x04034b50, 0);
    bytes.writeUInt16LE(10, 4);
    bytes.writeUInt32LE(length, 18);
    bytes.writeUInt32LE(length, 22);
    bytes.writeUInt16LE(name.length, 26);
    bytes.write(name, 30);
    return bytes;
  };
  const text = 'the last of it';
  const last = Buffer.concat([header('last.txt', text.length), Buffer.from(text)]);
  last.writeUInt32LE(crc32(text), 14);
  const first = header('large.bin', large);
  const record = (name: string, length: number, at: number, crc: number) => {
    const bytes = Buffer.alloc(46 + name.length);
    bytes.writeUInt32LE(0x02014b50, 0);
    bytes.writeUInt16LE(10, 6);
    bytes.writeUInt32LE(crc, 16);
    bytes.writeUInt32LE(length, 20);
    bytes.writeUInt32LE(length, 24);
    bytes.writeUInt16LE(name.length, 28);
    bytes.writeUInt32LE(at, 42);
    bytes.write(name, 46);
    return bytes;
  };
  const lastAt = first.length + large;
  const directory = Buffer.concat([
    record('large.bin', large, 0, 0),
    record('last.txt', text.length, lastAt, crc32(text)),
  ]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(2, 8);
  end.writeUInt16LE(2, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(lastAt + last.length, 16);
  const tail = Buffer.concat([last, directory, end]);
  let read = 0;
  return {
    readBytes: () => read,
    archive: {
      sizeBytes: lastAt + tail.length,
      read: async (offset: number, length: number) => {
        read += length;
        const bytes = Buffer.alloc(length);
        tail.copy(bytes, Math.max(0, lastAt - offset), Math.max(0, offset - lastAt));
        if (offset === 0) first.copy(bytes);
        return bytes;
      },
    },
  };
}
