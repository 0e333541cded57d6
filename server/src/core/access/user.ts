import { type Permission, permissions } from '../caller.ts';

export interface User {
  readonly id: string;
  /** Never changes, and is never given to anybody else, also after the user is deleted. */
  readonly name: string;
  /** In the order of `permissions`, each once. */
  readonly permissions: readonly Permission[];
  /** True while the password is a one-time one: nothing but changing it is possible. */
  readonly mustChangePassword: boolean;
  /** Sessions of another generation are over: counting up ends all of them at once. */
  readonly sessionGeneration: number;
  readonly createdAt: Date;
}

/** Adds the user. Violated (`user-exists`) when a name with the same `nameKeyOf` is or was somebody's. */
export interface UserInserted {
  readonly change: 'user.insert';
  readonly user: User;
  readonly passwordHash: string;
}

/**
 * Violated (`state-conflict`) when the user's permissions are not `from`, or there is no such user; violated
 * (`last-administrator`) when nobody would be left with `admin`.
 */
export interface UserPermissionsChanged {
  readonly change: 'user.change-permissions';
  readonly userId: string;
  readonly from: readonly Permission[];
  readonly to: readonly Permission[];
}

/** Violated (`state-conflict`) when the stored hash is not `from`, or there is no such user. */
export interface UserPasswordChanged {
  readonly change: 'user.change-password';
  readonly userId: string;
  readonly from: string;
  readonly to: string;
  readonly mustChangePassword: boolean;
  /** Counts the user's session generation up by one. */
  readonly endsSessions: boolean;
}

/**
 * Deletes the user: from this moment on no token of theirs is good, they are in no group, and only their name is
 * kept, to stay taken. Violated like `user.change-permissions` to nothing.
 */
export interface UserDeleted {
  readonly change: 'user.delete';
  readonly userId: string;
  readonly permissions: readonly Permission[];
  readonly at: Date;
}

export type UserChange = UserInserted | UserPermissionsChanged | UserPasswordChanged | UserDeleted;

/** The permissions in their one order, each once. */
export function inOrder(given: Iterable<Permission>): readonly Permission[] {
  const wanted = new Set(given);
  return permissions.filter((permission) => wanted.has(permission));
}
