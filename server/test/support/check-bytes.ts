// The archive check over bytes in memory, without threads: what the threaded examiner does, in one place.
import { YauzlArchiveReader } from '../../src/adapters/yauzl/yauzl-archive-reader.ts';
import {
  type ArchiveLimits,
  type ByteSource,
  ContentInspection,
  conclude,
  examineMembers,
  FindingList,
  inspectFormats,
  surveyArchive,
} from '../../src/core/checks/index.ts';

export const archiveReader = new YauzlArchiveReader();

export const someLimits: ArchiveLimits = {
  maximumEntries: 1_000,
  maximumExpandedBytes: 2_000_000,
  maximumFileBytes: 1_500_000,
  maximumRatio: 200,
  ratioFreeBytes: 100_000,
  maximumNameBytes: 100,
};

/** Gives the same buffer again and again, as the contract allows: whoever keeps bytes without copying is found out. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  const buffer = Buffer.alloc(bytes.length);
  return {
    sizeBytes: bytes.length,
    read: async (position, length) => {
      buffer.fill(0xee);
      buffer.set(bytes.subarray(position, position + length));
      return buffer.subarray(0, Math.max(0, Math.min(length, bytes.length - position)));
    },
  };
}

export async function checkBytes(bytes: Uint8Array, limits: Partial<ArchiveLimits> = {}) {
  const source = sourceOf(bytes);
  const survey = await surveyArchive({ archiveReader }, source, { ...someLimits, ...limits });
  const findings = new FindingList();
  findings.absorb(survey.findings);
  let bytesLookedAt = survey.bytesLookedAt;
  const files = [];
  for (const { members } of survey.batches) {
    const examined = await examineMembers(source, members, new ContentInspection([inspectFormats]));
    findings.absorb(examined.findings);
    files.push(...examined.files);
    bytesLookedAt += examined.bytesLookedAt;
  }
  const list = findings.list();
  const coverage = { bytesLookedAt, bytesInAll: bytes.length };
  return {
    ...conclude(list, coverage, null),
    findings: list,
    coverage,
    files,
    rules: [...new Set(list.map((finding) => finding.rule))].sort(),
  };
}
