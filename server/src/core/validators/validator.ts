// A package's validator, as the list of what it has been: each registration and each removal adds a version, and nothing
// of the list ever changes. The last version is the one in force:
//
//   1 script ── 2 script ── 3 removed ── 4 script          the package has the script of 4
//
// It runs when the package is sensitive; on others it waits, so that it can be there before the package becomes so.
import { createHash } from 'node:crypto';
import type { ValidatorLanguage } from './runner.ts';

export interface ValidatorVersion {
  readonly packageId: string;
  /** From 1 on, without holes. */
  readonly number: number;
  /** Null: from here on the package has no validator. */
  readonly script: ValidatorScript | null;
  readonly madeBy: { readonly userId: string; readonly userName: string };
  readonly madeAt: Date;
}

export interface ValidatorScript {
  readonly language: ValidatorLanguage;
  readonly source: string;
  /** SHA-256 of the source in UTF-8, lower-case hex. */
  readonly digest: string;
}

/** A version without its source, of which there may be a lot. */
export interface ListedValidatorVersion extends Omit<ValidatorVersion, 'script'> {
  readonly script: Omit<ValidatorScript, 'source'> | null;
}

/** Adds a version. Violated (`state-conflict`) when the package has one of that number. */
export interface ValidatorAppended {
  readonly change: 'validator.append';
  readonly version: ValidatorVersion;
}

export function scriptOf(language: ValidatorLanguage, source: string): ValidatorScript {
  return { language, source, digest: createHash('sha256').update(source).digest('hex') };
}
