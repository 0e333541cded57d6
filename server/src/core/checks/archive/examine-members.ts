// The second half of the archive check: every byte of every member, expanded, summed and compared with what the
// archive states. Several threads do it at once, a batch of neighbours each. On their way the bytes pass those checks
// that look at the content of files; files that hold others are then opened (nested/level.ts), archives among them by
// this again.
import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ByteWindow } from '../byte-window.ts';
import type { ByteSource, PackageFile } from '../check.ts';
import { FindingList, type FindingsPart, printPath } from '../findings.ts';
import type { Recollection } from '../memory/recollection.ts';
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
    const digest =
      (await recall(window, start, member, level)) ??
      (await inspect({ source, window, start }, member, level, findings));
    if (digest === null) continue;
    if (await leave(window, start, member, findings)) bytesLookedAt += member.end - member.headerOffset;
    if (!isFolder(member)) files.push(packageFile(member, start, digest));
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

/** Has the content looked at. Its digest, as of `verify`. */
async function inspect(
  { source, window, start }: { source: ByteSource; window: ByteWindow; start: number },
  member: Member,
  level: Level,
  findings: FindingList,
): Promise<string | null> {
  const { sizeBytes, method } = member;
  const memory = memoryOf(level);
  const isLearnt = memory?.isWorth(member) === true;
  const [folder, name] = isLearnt ? dividePath(member) : ['', member.path];
  const own = isLearnt ? level.apart() : level;
  const readable = method === 'stored' ? subRange(source, start, sizeBytes) : null;
  const file = own.file(name, sizeBytes, readable);
  // Only the files of the package are known by their digests.
  const hash = level.depth === 0 ? createHash('sha256') : null;
  const digest = await verify(window, start, member, findings, { file, hash });
  if (await file.end(digest !== null)) window.forget();
  if (!isLearnt) return digest;
  level.join({ ledgers: own.search.inspection.parts(), findings: own.findings.part() }, folder);
  if (digest !== null) memory.learn(member, digest, own);
  return digest;
}

/**
 * Tells what is remembered of the content, where it was looked at before by the same rules. Its digest; null where it has
 * to be looked at, though it may have been read already.
 */
async function recall(
  window: ByteWindow,
  start: number,
  member: Member,
  level: Level,
): Promise<string | null> {
  const known = memoryOf(level)?.candidate(member) ?? null;
  if (known === null) return null;
  const file = {
    push(bytes: Uint8Array) {
      level.search.worked(bytes.length);
      return undefined;
    },
  };
  const nowhere = new FindingList();
  const digest = await verify(window, start, member, nowhere, { file, hash: createHash('sha256') });
  if (digest !== known.digest) return null;
  const { ledgers, findings, expandedBytes, entries } = known.found;
  const { budget } = level.search;
  // What does not fit into the budget any more has to be told as if it were expanded.
  if (budget.takeBytes(expandedBytes) !== null || budget.takeEntries(entries) !== null) return null;
  const [folder] = dividePath(member);
  const files = [{ path: printPath(member.path), digest, lookedAt: known.rememberedAt.toISOString() }];
  const remembered = ledgers.map((part) => ({ ...part, remembered: { bytes: part.bytesInAll, files } }));
  level.join({ ledgers: remembered, findings }, folder);
  return digest;
}

/** Only of the files of the package, whose digests are known. */
function memoryOf(level: Level): Recollection | null {
  return level.depth === 0 ? (level.search.memory ?? null) : null;
}

/** The folder, with the slash behind it, and the name. */
function dividePath({ path }: Member): [folder: string, name: string] {
  const slash = path.lastIndexOf('/') + 1;
  return [path.slice(0, slash), path.slice(slash)];
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
  { file, hash }: { readonly file: Pick<PassingFile, 'push'>; readonly hash: Hash | null },
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
