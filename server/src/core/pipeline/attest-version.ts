// Hallmarks are made of reports: when a version is published, and when its content has passed newer rules.
import {
  type HallmarkAppended,
  type HallmarkStore,
  issueHallmark,
  type PublicationDecision,
  type SigningPorts,
  statementOf,
} from '../hallmarks/index.ts';
import type { Package, Version } from '../packages/index.ts';
import { coverageStatement, isComplete } from './coverage-statement.ts';
import { ledgerDigest } from './ledger-digest.ts';
import type { VerdictStore } from './ports.ts';
import type { Report } from './report.ts';
import { summaryOf } from './verdict.ts';

export interface Concluded {
  readonly package: Package;
  readonly version: Version;
  readonly report: Pick<Report, 'digest' | 'verdict' | 'results'>;
  /** By which rules; null when nobody knows. */
  readonly ruleSet: string | null;
}

/** For the commit that publishes the version. `reason`: a reviewer's words, when it did not pass by itself. */
export function attestPublication(
  ports: SigningPorts,
  concluded: Concluded,
  reason: string | null,
): Promise<HallmarkAppended> {
  const decision = reason === null ? passed : ({ outcome: 'released', reason } as const);
  return attest(ports, concluded, 'published', decision);
}

/**
 * For the commit that gives a readable version a new report. Nothing when its last hallmark says the same already, or when
 * it has none yet: then it gets one that says this, by `fillInHallmarks`.
 */
export async function attestRecheck(
  ports: SigningPorts & { readonly hallmarks: Pick<HallmarkStore, 'latest'> },
  concluded: Concluded,
): Promise<readonly HallmarkAppended[]> {
  const last = await ports.hallmarks.latest(concluded.version.id);
  const said = last && statementOf(last)?.predicate;
  if (!said || said.coverage.ledger.sha256 === ledgerDigest(concluded.report.results)) return [];
  return [await attest(ports, concluded, 'rechecked', said.decision)];
}

/** For a version that was published without a hallmark. */
export function attestEarlier(ports: SigningPorts, concluded: Concluded): Promise<HallmarkAppended> {
  const { report, version } = concluded;
  // Of a yanked version the reason for the yank is known, no longer that of a release.
  const reason = version.state === 'published' ? version.reason : null;
  const decision = report.verdict === 'passed' ? passed : ({ outcome: 'released', reason } as const);
  return attest(ports, concluded, 'filled-in', decision);
}

/** The rules of the newest verdict on the content. */
export async function lastRuleSet(
  { verdicts }: { readonly verdicts: Pick<VerdictStore, 'list'> },
  digest: string,
): Promise<string | null> {
  return (await verdicts.list(digest, { limit: 1 })).items[0]?.ruleSet ?? null;
}

const passed = { outcome: 'passed' } as const;

function attest(
  ports: SigningPorts,
  { package: pkg, version, report, ruleSet }: Concluded,
  occasion: 'published' | 'rechecked' | 'filled-in',
  decision: PublicationDecision,
): Promise<HallmarkAppended> {
  const { results, verdict, digest } = report;
  const coverage = {
    complete: results.length > 0 && results.every(isComplete),
    statement: coverageStatement(report),
    ledger: { sha256: ledgerDigest(results) },
  };
  const checked = { verdict, ruleSet, checks: results.map(summaryOf), coverage };
  return issueHallmark(ports, { package: pkg, version, digest, occasion, decision, checked });
}
