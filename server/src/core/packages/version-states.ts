// The life of a version. Only `published` content is handed out; `yanked` too, to those who name the version.
//
//                               ┌─ digest is not the declared ─► rejected   (final; its label is free again)
//   complete                    │                                   ▲
//  ──────────► pending ─────────┤                                   │ reject
//                               ├─ did not pass ──────────────► quarantined ◄── cannot be promoted ──┐
//                               │                                   │                                │
//                               │                                   └─ release ─► releasing ─────────┤
//                               │                                                                    │
//                               └─ passed ────────────────────► published ◄───── content promoted ───┘
//                                                               ▲       │
//                                                        unyank │       │ yank
//                                                               └ yanked ◄
//
//  published, yanked ──► quarantined   (newer rules have found something)
//  quarantined, published, yanked ──► deleted   (final; its label stays used)
import { RegistryError } from '../errors.ts';

export const versionStates = [
  'pending',
  'quarantined',
  'releasing',
  'rejected',
  'published',
  'yanked',
  'deleted',
] as const;
export type VersionState = (typeof versionStates)[number];

const transitions: Readonly<Record<VersionState, readonly VersionState[]>> = {
  pending: ['published', 'quarantined', 'rejected'],
  quarantined: ['releasing', 'rejected', 'deleted'],
  releasing: ['published', 'quarantined'],
  rejected: [],
  published: ['yanked', 'quarantined', 'deleted'],
  yanked: ['published', 'quarantined', 'deleted'],
  deleted: [],
};

/** States in which a version takes part in what readers see and may read. */
export const readableStates = ['published', 'yanked'] as const satisfies readonly VersionState[];

/** States whose content a caller with permission may read. */
export function isReadable(state: VersionState): boolean {
  return readableStates.some((readable) => readable === state);
}

/** Throws `state-conflict` when there is no such transition. */
export function requireTransition(from: VersionState, to: VersionState, what: string): void {
  if (transitions[from].includes(to)) return;
  const allowed = versionStates.filter((state) => transitions[state].includes(to));
  throw new RegistryError(
    'state-conflict',
    `${what} is ${from}; only one that is ${allowed.join(' or ')} can become ${to}.`,
  );
}
