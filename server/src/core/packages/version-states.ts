// The life of a version. Only `published` content is handed out; `yanked` too, to those who ask for it by label.
//
//                                   release               (content promoted)
//              did not pass  ┌─► quarantined ─────► releasing ─────────┐
//   complete                 │        │ reject                         ▼
//  ─────────► pending ───────┤        └──────────► rejected        published ◄──► yanked
//                            │                                         ▲   yank / unyank
//                            └─────────────────────────────────────────┘
//                                passed                       (any but releasing, pending) ──► deleted
//
// `rejected` and `deleted` are final; their labels stay used.
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
  pending: ['published', 'quarantined'],
  quarantined: ['releasing', 'rejected', 'deleted'],
  releasing: ['published'],
  rejected: [],
  published: ['yanked', 'deleted'],
  yanked: ['published', 'deleted'],
  deleted: [],
};

/** States whose content a caller with permission may read. */
export function isReadable(state: VersionState): boolean {
  return state === 'published' || state === 'yanked';
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
