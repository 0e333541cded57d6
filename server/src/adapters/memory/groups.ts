import {
  type Group,
  type GroupChange,
  type GroupMember,
  type GroupReference,
  type GroupStore,
  nameKeyOf,
} from '../../core/access/index.ts';
import { notFound, RegistryError } from '../../core/errors.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { KeptMember } from '../../core/transfer/index.ts';
import type { KeptRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';
import type { MemoryUserStore } from './users.ts';

export class MemoryGroupStore implements GroupStore {
  readonly #users: MemoryUserStore;
  readonly #groups = new Map<string, Group>();
  /** Ids of the members, of deleted users too, by group id. */
  readonly #members = new Map<string, ReadonlySet<string>>();
  readonly kept: KeptRecords<Group> = {
    all: () => this.#groups.values(),
    put: (group) => {
      for (const other of this.#groups.values()) {
        if (nameKeyOf(other.name) === nameKeyOf(group.name)) this.#groups.delete(other.id);
      }
      this.#groups.set(group.id, group);
    },
    remove: ({ id }) => this.#groups.delete(id),
  };
  readonly keptMembers: KeptRecords<KeptMember> = {
    all: () => [...this.#groups.values()].flatMap((group) => this.#membersOf(group)),
    put: ({ groupId, userId }) => this.#members.set(groupId, new Set([...this.#memberIds(groupId), userId])),
    remove: ({ groupId, userId }) =>
      this.#members.set(groupId, new Set([...this.#memberIds(groupId)].filter((id) => id !== userId))),
  };

  constructor(users: MemoryUserStore) {
    this.#users = users;
  }

  readonly appliers: MemoryAppliers<GroupChange> = {
    'group.insert': ({ group }) => {
      const taken = [...this.#groups.values()].some((one) => nameKeyOf(one.name) === nameKeyOf(group.name));
      if (taken) {
        throw new RegistryError('group-exists', `The group name ${JSON.stringify(group.name)} is taken.`);
      }
      this.#groups.set(group.id, group);
      return () => this.#groups.delete(group.id);
    },
    'group.describe': ({ groupId, description }) => {
      const group = this.#required(groupId);
      this.#groups.set(groupId, { ...group, description });
      return () => this.#groups.set(groupId, group);
    },
    'group.delete': ({ groupId }) => {
      const group = this.#groups.get(groupId);
      this.#groups.delete(groupId);
      return () => group !== undefined && this.#groups.set(groupId, group);
    },
    'group.add-member': ({ groupId, userId }) => {
      this.#required(groupId);
      if (this.#users.found(userId) === null) throw notFound('user', userId);
      const before = this.#memberIds(groupId);
      this.#members.set(groupId, new Set([...before, userId]));
      return () => this.#members.set(groupId, before);
    },
    'group.remove-member': ({ groupId, userId }) => {
      const before = this.#memberIds(groupId);
      this.#members.set(groupId, new Set([...before].filter((id) => id !== userId)));
      return () => this.#members.set(groupId, before);
    },
  };

  async find(id: string): Promise<Group | null> {
    return this.#groups.get(id) ?? null;
  }

  async list(page: PageRequest): Promise<Page<Group>> {
    return memoryPage(this.#groups.values(), (group) => [group.id], page);
  }

  async listMembers(groupId: string, page: PageRequest): Promise<Page<GroupMember>> {
    const members = [...this.#memberIds(groupId)].flatMap((userId) => {
      const user = this.#users.found(userId);
      return user === null ? [] : [{ userId, userName: user.name }];
    });
    return memoryPage(this.#groups.has(groupId) ? members : [], (member) => [member.userId], page);
  }

  async groupsOf(userId: string): Promise<readonly GroupReference[]> {
    return this.foundOf(userId);
  }

  /** The same at once, for the other stores of the feature. */
  foundOf(userId: string): readonly GroupReference[] {
    const groups = [...this.#groups.values()].filter(({ id }) => this.#memberIds(id).has(userId));
    return groups.map(({ id, name }) => ({ id, name })).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  #membersOf({ id, name }: Group): KeptMember[] {
    return [...this.#memberIds(id)].flatMap((userId) => {
      const user = this.#users.found(userId);
      return user === null ? [] : [{ groupId: id, groupName: name, userId, userName: user.name }];
    });
  }

  #required(groupId: string): Group {
    const group = this.#groups.get(groupId);
    if (group === undefined) throw notFound('group', groupId);
    return group;
  }

  #memberIds(groupId: string): ReadonlySet<string> {
    return this.#members.get(groupId) ?? new Set();
  }
}
