import { RegistryError } from '../errors.ts';

/** Users who are given something together: a package to maintain, or the reviewing of quarantined versions. */
export interface Group {
  readonly id: string;
  /** Never changes; unique by `nameKeyOf`. */
  readonly name: string;
  readonly description: string;
  readonly createdAt: Date;
}

export interface GroupMember {
  readonly userId: string;
  readonly userName: string;
}

/** Violated (`group-exists`) when a name with the same `nameKeyOf` is taken. */
export interface GroupInserted {
  readonly change: 'group.insert';
  readonly group: Group;
}

/** Violated (`not-found`) when there is no such group. */
export interface GroupDescribed {
  readonly change: 'group.describe';
  readonly groupId: string;
  readonly description: string;
}

/** Deletes the group; its memberships end with it. Nothing when there is none. */
export interface GroupDeleted {
  readonly change: 'group.delete';
  readonly groupId: string;
}

/** Violated (`not-found`) when there is no such group or user. Adding a member again changes nothing. */
export interface GroupMemberAdded {
  readonly change: 'group.add-member';
  readonly groupId: string;
  readonly userId: string;
}

/** Nothing when the user is no member. */
export interface GroupMemberRemoved {
  readonly change: 'group.remove-member';
  readonly groupId: string;
  readonly userId: string;
}

export type GroupChange =
  | GroupInserted
  | GroupDescribed
  | GroupDeleted
  | GroupMemberAdded
  | GroupMemberRemoved;

const maximumDescription = 1_000;

export function groupDescription(given: string): string {
  const trimmed = given.trim();
  if (trimmed.length <= maximumDescription) return trimmed;
  throw new RegistryError(
    'invalid-request',
    `The group's description has ${trimmed.length} characters; it must have at most ${maximumDescription}.`,
  );
}
