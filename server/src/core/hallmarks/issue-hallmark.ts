import type { Clock, Randomness } from '../clock.ts';
import type { Package, Version } from '../packages/index.ts';
import type { RegistrySigner } from '../signing/index.ts';
import { signedEnvelope } from './envelope.ts';
import type { HallmarkAppended } from './hallmark.ts';
import {
  type AttestedCheck,
  type HallmarkPredicate,
  hallmarkPredicate,
  type Occasion,
  type PublicationDecision,
  type RegistryIdentity,
  stated,
  statementOn,
} from './statement.ts';

export interface SigningPorts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly signer: RegistrySigner;
  readonly identity: RegistryIdentity;
}

export interface Attested {
  readonly package: Package;
  /** As it is, or as the same commit makes it. */
  readonly version: Version;
  readonly digest: string;
  readonly occasion: Occasion;
  readonly decision: PublicationDecision;
  readonly checked: Pick<HallmarkPredicate, 'verdict' | 'ruleSet' | 'checks' | 'coverage'>;
}

/** A hallmark of this many characters fits into an item of every engine, with room to spare. */
const longestText = 2_000;
const longestRules = 300;
const longestName = 100;
const mostChecks = 20;

/**
 * Signs what is known about the version, for the commit that makes it true. Rejects with a `StorageError`
 * (`transient`) when nothing can be signed just now: then nothing is published either.
 */
export async function issueHallmark(ports: SigningPorts, attested: Attested): Promise<HallmarkAppended> {
  const { package: pkg, version, digest, occasion, decision, checked } = attested;
  const issuedAt = ports.clock.now();
  const predicate: HallmarkPredicate = {
    ...stated(ports.identity, pkg, version, issuedAt),
    publishedAt: (version.publishedAt ?? issuedAt).toISOString(),
    occasion,
    decision,
    ...bounded(checked),
  };
  const about = { predicateType: hallmarkPredicate, predicate };
  const statement = statementOn(pkg, version.label, digest, about);
  const { text: envelope, keyId } = await signedEnvelope(ports.signer, statement);
  const id = ports.randomness.id();
  return {
    change: 'hallmark.append',
    hallmark: { id, versionId: version.id, digest, keyId, issuedAt, envelope },
  };
}

/** Checks are few and their rules short: this is for the day on which somebody makes them otherwise. */
function bounded({ verdict, ruleSet, checks, coverage }: Attested['checked']): Attested['checked'] {
  return {
    verdict,
    ruleSet: ruleSet && cut(ruleSet, longestText),
    checks: checks.slice(0, mostChecks).map(
      ({ check, rules, verdict, findings, bytesLookedAt, bytesInAll }): AttestedCheck => ({
        check: cut(check, longestName),
        rules: cut(rules, longestRules),
        verdict,
        findings,
        bytesLookedAt,
        bytesInAll,
      }),
    ),
    coverage: { ...coverage, statement: cut(coverage.statement, longestText) },
  };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
