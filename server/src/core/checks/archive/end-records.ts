// The end of a ZIP archive, from which everything else is found (APPNOTE 4.3.14 to 4.3.16):
//
//   … members │ directory │ zip64 record, zip64 locator (both only when needed) │ end record, comment │
//
// Nothing may stand between them or after them.
import type { ByteSource } from '../check.ts';
import type { FindingList } from '../findings.ts';

export interface EndRecords {
  /** Where the directory begins and ends, from the start of the source. */
  readonly directoryStart: number;
  readonly directoryEnd: number;
  readonly entryCount: number;
}

const endSignature = 0x06054b50;
const endBytes = 22;
const locatorSignature = 0x07064b50;
const locatorBytes = 20;
const zip64Signature = 0x06064b50;
const zip64Bytes = 56;
const longestComment = 0xffff;

/** Null when the archive cannot be gone on with; what is wrong is then in `findings`. */
export async function readEndRecords(
  source: ByteSource,
  maximumCommentBytes: number,
  findings: FindingList,
): Promise<EndRecords | null> {
  const tailStart = Math.max(0, source.sizeBytes - endBytes - longestComment - locatorBytes);
  const tail = Buffer.from(await source.read(tailStart, source.sizeBytes - tailStart));
  const at = tail.lastIndexOf(signatureBytes(endSignature), tail.length - endBytes);
  if (at < 0 || tail.length < endBytes) {
    findings.add('archive.damaged', 'The archive has no end record: it is cut off, or was never finished.');
    return null;
  }
  const end = tail.subarray(at);
  const surplus = end.length - endBytes - end.readUInt16LE(20);
  if (surplus > 0) {
    findings.add('archive.trailing-data', `${surplus} bytes follow the end of the archive.`, {
      offset: source.sizeBytes - surplus,
    });
    return null;
  }
  if (surplus < 0) {
    findings.add('archive.damaged', 'The archive ends within its own comment.', { offset: tailStart + at });
    return null;
  }
  const commentBytes = end.length - endBytes;
  if (commentBytes > maximumCommentBytes)
    findings.add(
      'archive.comment-too-long',
      `The comment of the archive has ${commentBytes} bytes; ${maximumCommentBytes} are allowed.`,
      { offset: tailStart + at + endBytes },
    );
  const plain = {
    disk: end.readUInt16LE(4),
    directoryDisk: end.readUInt16LE(6),
    entriesHere: end.readUInt16LE(8),
    entryCount: end.readUInt16LE(10),
    directoryBytes: end.readUInt32LE(12),
    directoryStart: end.readUInt32LE(16),
  };
  const locatorAt = at - locatorBytes;
  const isZip64 = locatorAt >= 0 && tail.readUInt32LE(locatorAt) === locatorSignature;
  if (!isZip64) return settle(source, findings, plain, tailStart + at);
  const recordStart = Number(tail.readBigUInt64LE(locatorAt + 8));
  // The disk of the record, and how many there are: some programs write 0 for the one.
  if (tail.readUInt32LE(locatorAt + 4) !== 0 || tail.readUInt32LE(locatorAt + 16) > 1) {
    findings.add('archive.unsupported', 'The archive is one volume of several.', {
      offset: tailStart + locatorAt,
    });
    return null;
  }
  const zip64 = await readZip64(source, findings, recordStart, tailStart + locatorAt);
  if (zip64 === null) return null;
  if (contradicts(plain, zip64)) {
    findings.add('archive.ambiguous', 'The end record and its zip64 record contradict each other.', {
      offset: recordStart,
    });
    return null;
  }
  return settle(source, findings, zip64, recordStart);
}

interface Totals {
  readonly disk: number;
  readonly directoryDisk: number;
  readonly entriesHere: number;
  readonly entryCount: number;
  readonly directoryBytes: number;
  readonly directoryStart: number;
}

async function readZip64(
  source: ByteSource,
  findings: FindingList,
  start: number,
  locatorStart: number,
): Promise<Totals | null> {
  const length = locatorStart - start;
  const damaged = (explanation: string) => {
    findings.add('archive.damaged', explanation, { offset: locatorStart });
    return null;
  };
  if (!(length >= zip64Bytes && length <= zip64Bytes + longestComment))
    return damaged(`The zip64 locator points to ${start}, where no zip64 record can be.`);
  const record = Buffer.from(await source.read(start, length));
  if (record.readUInt32LE(0) !== zip64Signature) return damaged('The zip64 record has a wrong signature.');
  if (Number(record.readBigUInt64LE(4)) + 12 !== length) {
    findings.add('archive.hidden-data', 'There are bytes around the zip64 record.', { offset: start });
    return null;
  }
  const totals = {
    disk: record.readUInt32LE(16),
    directoryDisk: record.readUInt32LE(20),
    entriesHere: Number(record.readBigUInt64LE(24)),
    entryCount: Number(record.readBigUInt64LE(32)),
    directoryBytes: Number(record.readBigUInt64LE(40)),
    directoryStart: Number(record.readBigUInt64LE(48)),
  };
  if (length > zip64Bytes) {
    findings.add('archive.unsupported', `The zip64 record has ${length - zip64Bytes} bytes of extensions.`, {
      offset: start + zip64Bytes,
    });
    return null;
  }
  return totals;
}

/** Whether a field that the plain end record states itself, rather than deferring, differs from the zip64 one. */
function contradicts(plain: Totals, zip64: Totals): boolean {
  const differs = (stated: number, deferred: number, value: number) =>
    stated !== deferred && stated !== value;
  return (
    differs(plain.disk, 0xffff, zip64.disk) ||
    differs(plain.directoryDisk, 0xffff, zip64.directoryDisk) ||
    differs(plain.entriesHere, 0xffff, zip64.entriesHere) ||
    differs(plain.entryCount, 0xffff, zip64.entryCount) ||
    differs(plain.directoryBytes, 0xffffffff, zip64.directoryBytes) ||
    differs(plain.directoryStart, 0xffffffff, zip64.directoryStart)
  );
}

function settle(
  source: ByteSource,
  findings: FindingList,
  totals: Totals,
  recordsStart: number,
): EndRecords | null {
  const { directoryStart, directoryBytes, entryCount } = totals;
  const directoryEnd = directoryStart + directoryBytes;
  if (totals.disk !== 0 || totals.directoryDisk !== 0 || totals.entriesHere !== entryCount) {
    findings.add('archive.unsupported', 'The archive is one volume of several.', { offset: recordsStart });
    return null;
  }
  if (directoryEnd > recordsStart) {
    findings.add(
      'archive.damaged',
      `The directory is said to reach to ${directoryEnd}, beyond its end at ${recordsStart} of ${source.sizeBytes} bytes.`,
      { offset: recordsStart },
    );
    return null;
  }
  if (directoryEnd < recordsStart) {
    findings.add(
      'archive.prefixed-data',
      `${recordsStart - directoryEnd} bytes more than the archive knows of stand before it or after its directory.`,
      { offset: 0 },
    );
    return null;
  }
  return { directoryStart, directoryEnd, entryCount };
}

function signatureBytes(signature: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(signature);
  return bytes;
}
