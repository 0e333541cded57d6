// The archive check over bytes in memory, without threads: what the threaded examiner does, in one place.
import { StreamExpander } from '../../src/adapters/compression/stream-expander.ts';
import { YauzlArchiveReader } from '../../src/adapters/yauzl/yauzl-archive-reader.ts';
import {
  type ArchiveLimits,
  Budget,
  type ByteSource,
  budgetCounters,
  ContentInspection,
  conclude,
  examinePackage,
  FindingList,
  inspectFormats,
  Ledger,
  surveyArchive,
} from '../../src/core/checks/index.ts';
import { MemoryScratch } from './memory-scratch.ts';

export const archiveReader = new YauzlArchiveReader();
const expander = new StreamExpander();

export const someLimits: ArchiveLimits = {
  maximumEntries: 1_000,
  maximumExpandedBytes: 2_000_000,
  maximumFileBytes: 1_500_000,
  maximumRatio: 200,
  ratioFreeBytes: 100_000,
  maximumNameBytes: 100,
  maximumCommentBytes: 20,
  maximumNesting: 3,
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

export async function checkBytes(
  bytes: Uint8Array,
  limits: Partial<ArchiveLimits> = {},
  scratch = new MemoryScratch(),
) {
  const source = sourceOf(bytes);
  const all = { ...someLimits, ...limits };
  const survey = await surveyArchive({ archiveReader }, source, all);
  const findings = new FindingList();
  findings.absorb(survey.findings);
  const ledger = new Ledger('formats');
  const budget = new Budget(new BigInt64Array(budgetCounters), bytes.length, all);
  let bytesLookedAt = survey.bytesLookedAt;
  const files = [];
  for (const { members } of survey.batches) {
    const examined = await examinePackage(source, members, {
      ports: { archiveReader, expander, scratch },
      inspection: new ContentInspection([inspectFormats]),
      limits: all,
      budget,
      worked: () => {},
    });
    findings.absorb(examined.findings);
    files.push(...examined.files);
    bytesLookedAt += examined.bytesLookedAt;
    for (const part of examined.ledgers) if (part.check === ledger.check) ledger.absorb(part);
  }
  if (scratch.open !== 0) throw new Error(`${scratch.open} scratch files were not released`);
  const list = findings.list();
  const coverage = { bytesLookedAt, bytesInAll: bytes.length };
  const ofContent = ledger.findings.list();
  return {
    ...conclude(list, coverage, null),
    findings: list,
    coverage,
    files,
    rules: [...new Set(list.map((finding) => finding.rule))].sort(),
    formats: {
      ...conclude(ofContent, ledger.coverage(), ledger.incomplete),
      findings: ofContent,
      gaps: ledger.coverage().gaps ?? [],
    },
  };
}
