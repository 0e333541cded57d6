// The first half of the archive check: what the directory says. It decides which members may be opened at all,
// and cuts them into batches, so that several threads can do the second half (examine-members.ts).
import type { ByteSource } from '../check.ts';
import { FindingList, type FindingsPart } from '../findings.ts';
import type { ArchiveLimits } from '../limits.ts';
import { type ArchiveEntry, ArchiveError, type ArchiveReader } from '../ports.ts';
import type { RuleId } from '../rules.ts';
import { type EndRecords, readEndRecords } from './end-records.ts';
import { contradictsZip64, parseExtra, specialByExtra } from './extra-fields.ts';
import { localHeaderBytes } from './local-header.ts';
import { headBytes, looksLike } from './looks-like.ts';
import { flagBits, isFolder, type Member } from './member.ts';
import { NameRegister, readName } from './member-names.ts';

export interface ArchiveSurvey {
  readonly findings: FindingsPart;
  /** Bytes of the directory and the end records, which this half has looked at. */
  readonly bytesLookedAt: number;
  /** Members to be examined, neighbours together, in the order of their place; none when expanding is not safe. */
  readonly batches: readonly MemberBatch[];
}

export interface MemberBatch {
  readonly members: readonly Member[];
  /** Stored and expanded bytes together: a measure of the work. */
  readonly workBytes: number;
}

/** A member as its record in the directory has it. */
interface Listed {
  readonly member: Omit<Member, 'end'>;
  /** Nothing in the record stands against opening it. */
  readonly isReadable: boolean;
}

export async function surveyArchive(
  ports: { archiveReader: ArchiveReader },
  source: ByteSource,
  limits: ArchiveLimits,
): Promise<ArchiveSurvey> {
  const findings = new FindingList();
  const ended = (bytesLookedAt: number) => ({ findings: findings.part(), bytesLookedAt, batches: [] });
  const records = await findRecords(source, limits, findings);
  if (records === null) return ended(0);
  const bytesLookedAt = source.sizeBytes - records.directoryStart;
  const listed = await listMembers(ports, source, records, limits, findings);
  if (listed === null) return ended(bytesLookedAt);
  judgeOrder(listed, findings);
  listed.sort((a, b) => a.member.headerOffset - b.member.headerOffset);
  const fits = judgeSizes(listed, source.sizeBytes, limits, findings);
  const members = withEnds(listed, records.directoryStart, findings);
  if (!fits || members === null) return ended(bytesLookedAt);
  return { findings: findings.part(), bytesLookedAt, batches: inBatches(members) };
}

/** Null when this is no archive, or its end cannot be understood. */
async function findRecords(
  source: ByteSource,
  { maximumCommentBytes }: ArchiveLimits,
  findings: FindingList,
): Promise<EndRecords | null> {
  const other = looksLike(await source.read(0, Math.min(headBytes, source.sizeBytes)));
  if (other === null) return readEndRecords(source, maximumCommentBytes, findings);
  const probe = new FindingList();
  const records = await readEndRecords(source, maximumCommentBytes, probe);
  if (records !== null || probe.has('archive.prefixed-data')) {
    findings.add('archive.prefixed-data', `The file begins as ${other}; an archive is appended to it.`, {
      offset: 0,
    });
  } else {
    findings.add('archive.not-a-zip', `The file is ${other}; only ZIP archives are accepted.`, { offset: 0 });
  }
  return null;
}

/** Null when the directory could not be read to its end. */
async function listMembers(
  ports: { archiveReader: ArchiveReader },
  source: ByteSource,
  records: EndRecords,
  limits: ArchiveLimits,
  findings: FindingList,
): Promise<Listed[] | null> {
  const { directoryStart, directoryEnd, entryCount } = records;
  if (entryCount > limits.maximumEntries) {
    findings.add(
      'archive.too-many-files',
      `The archive has ${entryCount} entries; ${limits.maximumEntries} are allowed.`,
    );
    return null;
  }
  const listed: Listed[] = [];
  const names = new NameRegister();
  let position = directoryStart;
  try {
    const directory = await ports.archiveReader.open(source);
    for await (const entry of directory.entries) {
      position += entry.recordBytes;
      listed.push(list(entry, limits, names, findings));
    }
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    const rule = `archive.${error.fault}` as const;
    findings.add(rule, `The directory cannot be read: ${error.message}.`, { offset: position });
    return null;
  }
  if (position !== directoryEnd) {
    findings.add(
      'archive.ambiguous',
      `The ${entryCount} entries of the directory end at ${position}; the archive states ${directoryEnd}.`,
      { offset: position },
    );
    return null;
  }
  return listed;
}

/** Judges one record of the directory by itself. */
function list(
  entry: ArchiveEntry,
  limits: ArchiveLimits,
  names: NameRegister,
  findings: FindingList,
): Listed {
  const path = readName(entry, limits.maximumNameBytes, findings);
  if (path !== null) {
    judgeType(entry, path, findings);
    judgeExtras(entry, path, limits, findings);
    names.add(path, findings);
  }
  const obstacle = obstacleOf(entry);
  if (obstacle !== null) {
    findings.add(...obstacle, { ...(path !== null && { path }), offset: entry.headerOffset });
  }
  return {
    member: {
      path: path ?? '',
      flags: entry.flags,
      method: entry.method === 0 ? 'stored' : 'deflate',
      crc32: entry.crc32,
      storedBytes: entry.storedBytes,
      sizeBytes: entry.sizeBytes,
      headerOffset: entry.headerOffset,
    },
    isReadable: path !== null && obstacle === null,
  };
}

/** Why the content of a member cannot be read; null when it can. */
function obstacleOf(entry: ArchiveEntry): [rule: RuleId, explanation: string] | null {
  const { flags, method, storedBytes, sizeBytes } = entry;
  if (flags & (flagBits.encrypted | flagBits.stronglyEncrypted | flagBits.maskedHeaders))
    return ['archive.encrypted', 'The member is encrypted.'];
  if (method !== 0 && method !== 8)
    return ['archive.unknown-method', `The member is compressed by method ${method}.`];
  if (method === 0 && storedBytes !== sizeBytes)
    return ['archive.wrong-size', `Stored in ${storedBytes} bytes, it is said to have ${sizeBytes}.`];
  return null;
}

const unixTypes: ReadonlyMap<number, string> = new Map([
  [0o010000, 'a pipe'],
  [0o020000, 'a character device'],
  [0o060000, 'a block device'],
  [0o120000, 'a symbolic link'],
  [0o140000, 'a socket'],
]);
/** -1, which Maven wrote for folders for years. */
const noMode = 0xffff;
const unixFolder = 0o040000;
const unixFile = 0o100000;

/** The mode is looked at whatever system the archive claims to come from: some programs do not ask either. */
function judgeType(entry: ArchiveEntry, path: string, findings: FindingList): void {
  const where = { path, offset: entry.headerOffset };
  const mode = entry.externalAttributes >>> 16;
  const type = mode === noMode ? 0 : mode & 0o170000;
  const folder = isFolder({ path });
  if (type !== 0 && type !== unixFile && type !== unixFolder) {
    findings.add('archive.special-file', `It is ${unixTypes.get(type) ?? 'of an unknown file type'}.`, where);
  } else if (type === (folder ? unixFile : unixFolder)) {
    const [name, mode] = folder ? ['folder', 'file'] : ['file', 'folder'];
    findings.add('archive.ambiguous', `It is a ${name} by its name, and a ${mode} by its mode.`, where);
  }
  if (folder && entry.sizeBytes > 0) {
    findings.add('archive.folder-with-content', `The folder carries ${entry.sizeBytes} bytes.`, where);
  }
}

/** What a record says besides the fields that every program goes by. */
function judgeExtras(
  entry: ArchiveEntry,
  path: string,
  { maximumCommentBytes }: ArchiveLimits,
  findings: FindingList,
): void {
  const where = { path, offset: entry.headerOffset };
  const fields = parseExtra(entry.extra) ?? [];
  const special = specialByExtra(fields);
  if (special !== null) findings.add('archive.special-file', `By an extra field, it is ${special}.`, where);
  if (contradictsZip64(fields, entry))
    findings.add('archive.ambiguous', 'Its zip64 field says other than its record.', where);
  if (entry.commentBytes > maximumCommentBytes)
    findings.add(
      'archive.comment-too-long',
      `Its comment has ${entry.commentBytes} bytes; ${maximumCommentBytes} are allowed.`,
      where,
    );
}

/** A program that reads from the beginning, and one that goes by the directory, must come by the files in one order. */
function judgeOrder(listed: readonly Listed[], findings: FindingList): void {
  for (const [i, { member }] of listed.entries()) {
    const before = listed[i - 1]?.member;
    // Two at the same place overlap, which is worse.
    if (before === undefined || before.headerOffset <= member.headerOffset) continue;
    findings.add(
      'archive.ambiguous',
      'It stands before the file that comes before it in the directory, so that programs read them in different orders.',
      { path: member.path, offset: member.headerOffset },
    );
  }
}

/** False when expanding the archive would go beyond what is allowed. */
function judgeSizes(
  listed: readonly Listed[],
  archiveBytes: number,
  limits: ArchiveLimits,
  findings: FindingList,
): boolean {
  let expanded = 0;
  let fits = true;
  const refuse = (rule: RuleId, explanation: string, path?: string) => {
    findings.add(rule, explanation, path === undefined ? {} : { path });
    fits = false;
  };
  const { maximumFileBytes, maximumExpandedBytes, maximumRatio } = limits;
  for (const { member } of listed) {
    const { sizeBytes, storedBytes, path } = member;
    expanded += sizeBytes;
    if (sizeBytes > maximumFileBytes)
      refuse('archive.file-too-large', `It has ${sizeBytes} bytes; ${maximumFileBytes} are allowed.`, path);
    if (exceedsRatio(sizeBytes, storedBytes, limits))
      refuse(
        'archive.expansion-ratio',
        `It expands from ${storedBytes} to ${sizeBytes} bytes; ${maximumRatio} times are allowed.`,
        path,
      );
  }
  if (expanded > maximumExpandedBytes)
    refuse('archive.too-large', `Expanded, it has ${expanded} bytes; ${maximumExpandedBytes} are allowed.`);
  if (exceedsRatio(expanded, archiveBytes, limits))
    refuse(
      'archive.expansion-ratio',
      `The archive expands from ${archiveBytes} to ${expanded} bytes; ${maximumRatio} times are allowed.`,
    );
  return fits;
}

function exceedsRatio(sizeBytes: number, storedBytes: number, limits: ArchiveLimits): boolean {
  return sizeBytes > limits.ratioFreeBytes && sizeBytes > storedBytes * limits.maximumRatio;
}

/**
 * The members that can be read, each with the place where the next begins, from entries in the order of their
 * place. Null when some overlap: expanding those is what a decompression bomb wants.
 */
function withEnds(listed: readonly Listed[], directoryStart: number, findings: FindingList): Member[] | null {
  const members: Member[] = [];
  let overlapping = false;
  const firstOffset = listed[0]?.member.headerOffset ?? directoryStart;
  if (firstOffset > 0)
    findings.add('archive.prefixed-data', `${firstOffset} bytes stand before the first member.`, {
      offset: 0,
    });
  for (const [i, { member, isReadable }] of listed.entries()) {
    const { headerOffset, storedBytes, path } = member;
    const end = listed[i + 1]?.member.headerOffset ?? directoryStart;
    if (headerOffset + localHeaderBytes + storedBytes > end) {
      findings.add(
        'archive.overlap',
        `It reaches beyond ${end}, where the next part of the archive begins.`,
        {
          path,
          offset: headerOffset,
        },
      );
      overlapping = true;
    }
    if (isReadable) members.push({ ...member, end });
  }
  return overlapping ? null : members;
}

const batchMembers = 1_000;
const batchWorkBytes = 32 * 1024 * 1024;

/** Neighbours stay together, so that they are read in one go. A member is never divided. */
function inBatches(members: readonly Member[]): MemberBatch[] {
  const batches: MemberBatch[] = [];
  let batch: Member[] = [];
  let workBytes = 0;
  const close = () => {
    if (batch.length > 0) batches.push({ members: batch, workBytes });
    batch = [];
    workBytes = 0;
  };
  for (const member of members) {
    const work = member.storedBytes + member.sizeBytes;
    if (batch.length >= batchMembers || workBytes + work > batchWorkBytes) close();
    batch.push(member);
    workBytes += work;
  }
  close();
  return batches;
}
