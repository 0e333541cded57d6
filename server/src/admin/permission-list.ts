import { type Permission, permissions } from '../core/caller.ts';
import { RegistryError } from '../core/errors.ts';

/** `upload,search` → the permissions. Refuses (`invalid-request`) what is not one. */
export function permissionsFrom(list: string): readonly Permission[] {
  const names = list.split(',').map((name) => name.trim());
  return names.map((name) => {
    const known = permissions.find((permission) => permission === name);
    if (known !== undefined) return known;
    throw new RegistryError(
      'invalid-request',
      `${JSON.stringify(name)} is not a permission; they are ${permissions.join(', ')}.`,
    );
  });
}
