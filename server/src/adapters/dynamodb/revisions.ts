import { RegistryError } from '../../core/errors.ts';

/** For a change that holds only on the revision it was made from; `stored` is what is there, if anything. */
export function requireRevisionBefore(
  stored: { readonly revision: number } | null,
  changed: { readonly revision: number },
  what: string,
): void {
  if (stored?.revision === changed.revision - 1) return;
  throw new RegistryError('state-conflict', `${what} was changed by somebody else meanwhile; read it again.`);
}
