import { RegistryError } from '../../core/errors.ts';

interface Revised {
  readonly id: string;
  readonly revision: number;
}

/** Puts a record into the map and returns how to undo that. */
export function put<T extends { readonly id: string }>(records: Map<string, T>, record: T): () => void {
  const before = records.get(record.id);
  records.set(record.id, record);
  return () => (before === undefined ? records.delete(record.id) : records.set(record.id, before));
}

/** The same, for a change that holds only on the revision it was made from. */
export function putRevised<T extends Revised>(records: Map<string, T>, record: T, what: string): () => void {
  if (records.get(record.id)?.revision !== record.revision - 1) {
    throw new RegistryError(
      'state-conflict',
      `${what} was changed by somebody else meanwhile; read it again.`,
    );
  }
  return put(records, record);
}
