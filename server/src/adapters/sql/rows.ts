import { RegistryError } from '../../core/errors.ts';

/** Null stays null. */
export function dateOf(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}

export function millisecondsOf(date: Date | null): number | null {
  return date === null ? null : date.getTime();
}

/** For a change that holds only on the revision it was made from. */
export function requireUpdated(updated: { numUpdatedRows: bigint }, what: string): void {
  if (updated.numUpdatedRows > 0n) return;
  throw new RegistryError('state-conflict', `${what} was changed by somebody else meanwhile; read it again.`);
}
