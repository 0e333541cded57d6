// How everything that must be true together becomes true together.
//
// A use case that writes builds a list of changes, each a plain record that a feature defines (`item.insert`,
// `version.move`, `job.queue`, `audit.append` …), and commits the list once. An engine applies all of them or
// none: a transaction in SQL, TransactWriteItems in DynamoDB. There is no transaction handle that could be held
// open, and no read inside: a rule that must hold (unique name, expected state) is a condition of its change.

/** One record of a commit. `change` says which, as `noun.verb`; the other fields are the feature's. */
export interface Change {
  readonly change: string;
}

/** What every engine can apply at once. */
export const maximumChanges = 25;

/**
 * Applies all changes or none, durably: when the promise resolves, a power cut loses nothing of it.
 *
 * - Rejects with the `RegistryError` that the violated change documents, with nothing applied.
 * - Rejects with a `StorageError` (`transient`) when the engine did not answer; then it is unknown whether the
 *   changes were applied. Whoever tries again reads anew: what was applied shows in a state that has moved on.
 * - At most `maximumChanges`. The order matters only for which violated condition is reported: the first.
 *
 * A use case names the changes it makes: `Commit<ItemInserted | AuditAppended>`.
 */
export type Commit<C extends Change> = (changes: readonly C[]) => Promise<void>;
