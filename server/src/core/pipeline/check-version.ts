// From `pending` to a decision. The job behind every completed upload; each step may be repeated after a crash,
// because the incoming bytes are removed only when the decision is durable.
//
//   examine ──► passed ───────► publish      (content held, promoted, files listed)
//           ├─► wrong digest ─► reject       (not the bytes that were announced)
//           └─► otherwise ────► quarantine   (content moved where reviewers find it)
//   then the incoming bytes are removed.
import type { CheckResult, Examination, Examiner } from '../checks/index.ts';
import { verdictOf } from '../checks/index.ts';
import { type ContentStore, incomingKey, quarantineKey } from '../content/index.ts';
import { isMissing } from '../errors.ts';
import type { Version, VersionStore } from '../packages/index.ts';
import { withFalseAlarms } from './false-alarm.ts';
import type { FalseAlarmStore } from './ports.ts';
import { type PublishPorts, promoteContent } from './promote-content.ts';
import { type Decision, type DecisionPorts, recordDecision } from './record-decision.ts';
import { type Report, reasonOf } from './report.ts';
import { judged, ruleSetOf } from './verdict.ts';

export type CheckVersionPorts = DecisionPorts &
  PublishPorts & {
    readonly versions: Pick<VersionStore, 'find'>;
    readonly content: Pick<ContentStore, 'locate' | 'copy' | 'remove'>;
    readonly falseAlarms: FalseAlarmStore;
    readonly examiner: Pick<Examiner, 'examine' | 'rules'>;
  };

/** Checks and decides a pending version; one that is decided already only has its left-overs removed. */
export async function checkVersion(
  ports: CheckVersionPorts,
  versionId: string,
  signal: AbortSignal,
): Promise<void> {
  const version = await ports.versions.find(versionId);
  if (version === null) return;
  if (version.state === 'pending') {
    const { found, ...examined } = await examine(ports, version, signal);
    await decide(ports, version, found, examined);
  }
  await ports.content.remove(incomingKey(version.uploadId));
}

/**
 * For a version whose check fails again and again, by crash or by error: it is quarantined as inconclusive, so
 * that somebody sees it, rather than pending for ever.
 */
export async function giveUpChecking(
  ports: CheckVersionPorts,
  versionId: string,
  failure: string,
): Promise<void> {
  const version = await ports.versions.find(versionId);
  if (version === null) return;
  if (version.state === 'pending') {
    const nothing: Examination = {
      digest: '',
      results: [inconclusive(version, `The check did not come to an end: ${failure}`)],
      files: [],
      description: { readme: '', summary: '', license: '' },
    };
    await decide(ports, version, nothing);
  }
  await ports.content.remove(incomingKey(version.uploadId));
}

async function examine(
  { packages, content, examiner, falseAlarms, clock }: CheckVersionPorts,
  version: Version,
  signal: AbortSignal,
): Promise<Examined & { found: Examination }> {
  const pkg = await packages.find(version.packageId);
  const location = await content.locate(incomingKey(version.uploadId));
  const about = { kind: pkg?.kind ?? 'code', fileName: version.fileName };
  // Rules that come while it is examined count as later ones.
  const ruleSet = ruleSetOf(await examiner.rules(), about.kind);
  const found = await examiner.examine(location, about, signal);
  const results = withFalseAlarms(found.results, await falseAlarms.list(found.digest), clock.now());
  return { found: { ...found, results }, revision: location.revision, ruleSet };
}

interface Examined {
  /** Of the bytes that were examined: no others are published. */
  readonly revision: string;
  readonly ruleSet: string;
}

/** `examined` is undefined where the check gave up. */
async function decide(
  ports: CheckVersionPorts,
  version: Version,
  found: Examination,
  examined?: Examined,
): Promise<void> {
  const report: Report = {
    versionId: version.id,
    digest: found.digest,
    verdict: verdictOf(found.results),
    results: found.results,
    decidedAt: ports.clock.now(),
  };
  const verdict = examined && judged(ports, found, examined.ruleSet);
  if (version.declaredDigest !== null && found.digest !== '' && version.declaredDigest !== found.digest) {
    return recordDecision(ports, version, { ...wrongDigest(version, report), verdict });
  }
  if (report.verdict === 'passed' && examined !== undefined) {
    const from = { key: incomingKey(version.uploadId), revision: examined.revision };
    const holding = await promoteContent(ports, version, from, found);
    const { license, summary, readme } = found.description;
    const texts = { license, summary, readme };
    const { ruleSet } = examined;
    const decision = { state: 'published', reason: null, report, verdict, ruleSet, ...texts } as const;
    return recordDecision(ports, holding, decision);
  }
  await moveAside(ports, version, examined?.revision);
  await ports.files.put(version.id, found.files);
  return recordDecision(ports, version, {
    state: 'quarantined',
    reason: reasonOf(report),
    report,
    verdict,
  });
}

/** Content that is lost, which only a disk or a person can have done, must not keep its version pending. */
async function moveAside(
  { content }: CheckVersionPorts,
  version: Version,
  revision: string | undefined,
): Promise<void> {
  try {
    await content.copy(incomingKey(version.uploadId), quarantineKey(version.id), revision);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** The label is free again: what arrived is not what the uploader meant to publish under it. */
function wrongDigest(version: Version, report: Report): Decision {
  const reason = `The bytes have the digest ${report.digest}, but ${version.declaredDigest} was declared.`;
  return { state: 'rejected', reason, report: { ...report, verdict: 'failed' } };
}

function inconclusive(version: Version, reason: string): CheckResult {
  return {
    check: 'pipeline',
    rules: '1',
    verdict: 'inconclusive',
    findings: [],
    coverage: { bytesLookedAt: 0, bytesInAll: version.sizeBytes },
    reason,
    durationMs: 0,
  };
}
