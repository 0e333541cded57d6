import { nameKeyOf, sameName, type User, type UserChange, type UserStore } from '../../core/access/index.ts';
import type { Permission } from '../../core/caller.ts';
import { RegistryError } from '../../core/errors.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { KeptUser } from '../../core/transfer/index.ts';
import type { KeptRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';

interface Stored {
  readonly user: User;
  readonly passwordHash: string;
}

export class MemoryUserStore implements UserStore {
  readonly #users = new Map<string, Stored>();
  /** Keys of the names that are or were somebody's. */
  readonly #names = new Map<string, string>();
  readonly kept: KeptRecords<KeptUser> = {
    all: () => [...this.#users.values()].map(({ user, passwordHash }) => ({ ...user, passwordHash })),
    put: ({ passwordHash, ...user }) => {
      this.#names.set(nameKeyOf(user.name), user.id);
      this.#users.set(user.id, { user, passwordHash });
    },
    remove: ({ id, name }) => {
      this.#users.delete(id);
      this.#names.delete(nameKeyOf(name));
    },
  };
  readonly keptFormer: KeptRecords<{ id: string; nameKey: string }> = {
    all: () => [...this.#names].flatMap(([nameKey, id]) => (this.#users.has(id) ? [] : [{ id, nameKey }])),
    put: ({ id, nameKey }) => {
      this.#users.delete(id);
      this.#names.set(nameKey, id);
    },
    remove: ({ nameKey }) => this.#names.delete(nameKey),
  };

  readonly appliers: MemoryAppliers<UserChange> = {
    'user.insert': ({ user, passwordHash }) => {
      const nameKey = nameKeyOf(user.name);
      if (this.#names.has(nameKey)) {
        throw new RegistryError('user-exists', `The user name ${JSON.stringify(user.name)} is taken.`);
      }
      this.#names.set(nameKey, user.id);
      this.#users.set(user.id, { user, passwordHash });
      return () => {
        this.#names.delete(nameKey);
        this.#users.delete(user.id);
      };
    },
    'user.change-permissions': ({ userId, from, to }) => {
      const stored = this.#expected(userId, ({ user }) => samePermissions(user.permissions, from));
      this.#requireAnotherAdministrator(from, to);
      return this.#put(stored, { ...stored, user: { ...stored.user, permissions: to } });
    },
    'user.change-password': ({ userId, from, to, mustChangePassword, endsSessions }) => {
      const stored = this.#expected(userId, ({ passwordHash }) => passwordHash === from);
      const sessionGeneration = stored.user.sessionGeneration + (endsSessions ? 1 : 0);
      const user = { ...stored.user, mustChangePassword, sessionGeneration };
      return this.#put(stored, { user, passwordHash: to });
    },
    'user.delete': ({ userId, permissions }) => {
      const stored = this.#expected(userId, ({ user }) => samePermissions(user.permissions, permissions));
      this.#requireAnotherAdministrator(permissions, []);
      this.#users.delete(userId);
      return () => this.#users.set(userId, stored);
    },
  };

  async find(id: string): Promise<User | null> {
    return this.found(id);
  }

  /** The same at once, for the other stores of the feature. */
  found(id: string): User | null {
    return this.#users.get(id)?.user ?? null;
  }

  async findByName(name: string): Promise<User | null> {
    const user = this.found(this.#names.get(nameKeyOf(name)) ?? '');
    return user !== null && sameName(user.name, name) ? user : null;
  }

  async passwordHashOf(id: string): Promise<string | null> {
    return this.#users.get(id)?.passwordHash ?? null;
  }

  async list(page: PageRequest): Promise<Page<User>> {
    const users = [...this.#users.values()].map((stored) => stored.user);
    return memoryPage(users, (user) => [user.id], page);
  }

  #expected(userId: string, holds: (stored: Stored) => boolean): Stored {
    const stored = this.#users.get(userId);
    if (stored !== undefined && holds(stored)) return stored;
    throw new RegistryError('state-conflict', `The user ${userId} was changed or deleted meanwhile.`);
  }

  #requireAnotherAdministrator(from: readonly Permission[], to: readonly Permission[]): void {
    if (!from.includes('admin') || to.includes('admin')) return;
    const administrators = [...this.#users.values()].filter(({ user }) => user.permissions.includes('admin'));
    if (administrators.length > 1) return;
    throw new RegistryError('last-administrator', 'Nobody else has the permission `admin`.');
  }

  #put(before: Stored, after: Stored): () => void {
    this.#users.set(after.user.id, after);
    return () => this.#users.set(before.user.id, before);
  }
}

function samePermissions(one: readonly Permission[], other: readonly Permission[]): boolean {
  return one.join() === other.join();
}
