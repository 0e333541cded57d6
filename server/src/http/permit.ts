import { type Caller, hasPermission, isAdmin } from '../core/caller.ts';
import { RegistryError } from '../core/errors.ts';
import { type OperationName, operation } from '../core/operations.ts';

/** Lets a caller pass who has what the operation needs; everything about the object is the use case's to decide. */
export function permit(caller: Caller, name: OperationName): void {
  const { needs, title } = operation(name);
  if (needs === 'nothing') return;
  if (caller.user === null) {
    throw new RegistryError('unauthenticated', `“${title}” needs a token, and the request carries none.`);
  }
  if (caller.user.mustChangePassword && !possibleBeforePasswordChange.has(name)) {
    throw new RegistryError('password-change-required', 'The one-time password must be changed first.');
  }
  if (needs === 'signed-in') return;
  const permitted =
    needs === 'review' ? isAdmin(caller) || caller.user.reviewer : hasPermission(caller, needs);
  if (!permitted) {
    throw new RegistryError('permission-denied', `“${title}” needs the permission \`${needs}\`.`);
  }
}

const possibleBeforePasswordChange: ReadonlySet<OperationName> = new Set([
  'account.read',
  'account.change-password',
  'account.log-out',
]);
