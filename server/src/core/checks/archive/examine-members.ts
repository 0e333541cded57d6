// The second half of the archive check: every byte of every member, expanded, summed and compared with what the
// archive states. Several threads do it at once, a batch of neighbours each. On their way the bytes pass those checks
// that look at the content of files; files that hold others are then opened (nested/level.ts), archives among them by
// this again.
import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ByteWindow } from '../byte-window.ts';
import type { ByteSource, PackageFile } from '../check.ts';
import { FindingList, type FindingsPart } from '../findings.ts';
import type { Level, PassingFile } from '../nested/level.ts';
import { subRange } from '../nested/sub-range.ts';
import {
  contradiction,
  isProperTail,
  localHeaderBytes,
  longestDescriptorBytes,
  parseLocalHeader,
} from './local-header.ts';
import { isFolder, type Member } from './member.ts';
import { readContent } from './member-content.ts';

export interface MembersExamined {
  readonly findings: FindingsPart;
  /** Of the archive: headers, stored content and descriptors. */
  readonly bytesLookedAt: number;
  /** Those without a finding against their content; folders are none. */
  readonly files: readonly PackageFile[];
}

const windowBytes = 1024 * 1024;

export async function examineMembers(
  source: ByteSource,
  members: readonly Member[],
  level: Level,
): Promise<MembersExamined> {
  const window = new ByteWindow(source, windowBytes);
  const findings = new FindingList();
  const files: PackageFile[] = [];
  let bytesLookedAt = 0;
  for (const member of members) {
    const start = await enter(window, member, findings);
    if (start === null) continue;
    const { path, sizeBytes, method } = member;
    const readable = method === 'stored' ? subRange(source, start, sizeBytes) : null;
    const file = level.file(path, sizeBytes, readable);
    // Only the files of the package are known by their digests.
    const hash = level.depth === 0 ? createHash('sha256') : null;
    const digest = await verify(window, start, member, findings, { file, hash });
    if (digest !== null) {
      if (await leave(window, start, member, findings)) bytesLookedAt += member.end - member.headerOffset;
      if (!isFolder(member)) files.push(packageFile(member, start, digest));
    }
    if (await file.end(digest !== null)) window.forget();
  }
  return { findings: findings.part(), bytesLookedAt, files };
}

/** Reads the local header. The place where the content begins; null when it cannot be trusted. */
async function enter(window: ByteWindow, member: Member, findings: FindingList): Promise<number | null> {
  const { path, headerOffset, storedBytes, end } = member;
  const where = { path, offset: headerOffset };
  const header = parseLocalHeader(await window.read(headerOffset, localHeaderBytes));
  if (header === null) {
    findings.add('archive.ambiguous', 'There is no local header where the directory says.', where);
    return null;
  }
  const restStart = headerOffset + localHeaderBytes;
  const start = restStart + header.nameBytes + header.extraBytes;
  if (start + storedBytes > end) {
    findings.add('archive.overlap', `Its data reaches to ${start + storedBytes}, beyond ${end}.`, where);
    return null;
  }
  const rest = await window.read(restStart, start - restStart);
  const difference = contradiction(header, rest, member);
  if (difference !== null) findings.add('archive.ambiguous', difference, where);
  return start;
}

/**
 * Expands the content and compares it with what is stated. Its SHA-256, empty without `hash`; null when it is not as
 * stated, which fails the archive, whatever was seen of the content.
 */
async function verify(
  window: ByteWindow,
  start: number,
  member: Member,
  findings: FindingList,
  { file, hash }: { readonly file: PassingFile; readonly hash: Hash | null },
): Promise<string | null> {
  const { path, storedBytes, sizeBytes } = member;
  const where = { path, offset: start };
  let crc = 0;
  let expanded = 0;
  const read = await readContent(window, start, member, sizeBytes, (bytes) => {
    hash?.update(bytes);
    crc = crc32(bytes, crc);
    expanded += bytes.length;
    return file.push(bytes);
  });
  if (read.fault !== null) {
    findings.add('archive.damaged', `Its data cannot be expanded: ${read.fault}.`, where);
    return null;
  }
  if (read.isLonger || expanded !== sizeBytes) {
    const actual = read.isLonger ? 'more' : `only ${expanded}`;
    findings.add('archive.wrong-size', `It is said to have ${sizeBytes} bytes, but has ${actual}.`, where);
    return null;
  }
  if (read.storedBytes !== storedBytes) {
    findings.add(
      'archive.hidden-data',
      `${storedBytes - read.storedBytes} bytes follow its compressed data inside the member.`,
      { path, offset: start + read.storedBytes },
    );
    return null;
  }
  if (crc !== member.crc32) {
    const hex = (value: number) => value.toString(16).padStart(8, '0');
    findings.add('archive.wrong-crc', `It has CRC ${hex(crc)}; stated is ${hex(member.crc32)}.`, where);
    return null;
  }
  return hash?.digest('hex') ?? '';
}

/** Looks at what stands behind the content; false when that is not as it should be. */
async function leave(
  window: ByteWindow,
  start: number,
  member: Member,
  findings: FindingList,
): Promise<boolean> {
  const offset = start + member.storedBytes;
  const lengthBytes = member.end - offset;
  if (lengthBytes <= longestDescriptorBytes && isProperTail(await window.read(offset, lengthBytes), member))
    return true;
  const { path } = member;
  if (lengthBytes === 0) {
    findings.add('archive.ambiguous', 'The descriptor that its flags announce is not there.', {
      path,
      offset,
    });
  } else {
    findings.add('archive.hidden-data', `${lengthBytes} bytes after it belong to no member.`, {
      path,
      offset,
    });
  }
  return false;
}

function packageFile(member: Member, offset: number, digest: string): PackageFile {
  const { sizeBytes, storedBytes, method, crc32 } = member;
  // A name with a NUL fails the archive; reviewers see its files all the same.
  const path = member.path.replaceAll('\0', '\uFFFD');
  return { path, sizeBytes, storedBytes, method, offset, crc32, digest };
}
