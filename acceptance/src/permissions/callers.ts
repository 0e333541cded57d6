// Everybody who may ask: nobody in particular, users with one permission each, and those who have to do with a thing.
import type { Api } from '../call.ts';
import type { ServerProcess } from '../server-process.ts';
import { addGroup, addUser, type Permission, type User } from '../users.ts';
import type { Operation } from './operations-table.ts';

export interface Who {
  readonly title: string;
  /** Null for the anonymous one. */
  readonly user: User | null;
  /** The API, called with the token of a login, which may all that its user may. */
  readonly api: Api;
  readonly permissions: readonly Permission[];
  readonly isReviewer: boolean;
  /** The things of these tests are theirs. */
  readonly isOwner: boolean;
  /** Owner, member of the owning group, or administrator. */
  readonly isMaintainer: boolean;
  /** In the group to which the owner shows what not everybody sees. */
  readonly isReader: boolean;
  readonly isAdmin: boolean;
}

export interface Callers {
  readonly all: readonly Who[];
  readonly admin: User;
  readonly owner: User;
  /** May upload, search and download, and has to do with nothing of the owner's. */
  readonly stranger: User;
  readonly member: User;
  /** The group of owner and member. */
  readonly groupId: string;
  /** The group of the reader. */
  readonly readersId: string;
}

const usual: readonly Permission[] = ['upload', 'search', 'download'];

export async function gatherCallers(server: ServerProcess, admin: User): Promise<Callers> {
  const add = (name: string, permissions: readonly Permission[]) => addUser(admin, name, permissions);
  const [nobody, uploader, searcher, downloader, reviewer] = await Promise.all([
    add('nobody', []),
    add('uploader', ['upload']),
    add('searcher', ['search']),
    add('downloader', ['download']),
    add('reviewer', []),
  ]);
  const [stranger, reader, member, owner] = await Promise.all([
    add('stranger', usual),
    add('reader', usual),
    add('member', usual),
    add('owner', usual),
  ]);
  await addGroup(admin, 'reviewers', [reviewer]);
  const groupId = await addGroup(admin, 'makers', [owner, member]);
  const readersId = await addGroup(admin, 'readers', [reader]);
  const who = (
    title: string,
    user: User,
    permissions: readonly Permission[],
    more: Partial<Who> = {},
  ): Who => ({
    ...outsider,
    title,
    user,
    permissions,
    api: user.session,
    ...more,
  });
  const all: readonly Who[] = [
    { ...outsider, title: 'anonymous', user: null, permissions: [], api: server.api },
    who('no permission', nobody, []),
    who('upload only', uploader, ['upload']),
    who('search only', searcher, ['search']),
    who('download only', downloader, ['download']),
    who('reviewer', reviewer, [], { isReviewer: true }),
    who('stranger', stranger, usual),
    who('reader', reader, usual, { isReader: true }),
    who('member', member, usual, { isMaintainer: true }),
    who('owner', owner, usual, { isOwner: true, isMaintainer: true }),
    who('administrator', admin, ['admin'], { isAdmin: true, isReviewer: true, isMaintainer: true }),
  ];
  return { all, admin, owner, stranger, member, groupId, readersId };
}

const outsider = {
  isReviewer: false,
  isOwner: false,
  isMaintainer: false,
  isReader: false,
  isAdmin: false,
};

/** Has what must be there before anything is looked at. */
export function meets(who: Who, needs: Operation['needs']): boolean {
  if (needs === 'nothing' || who.isAdmin) return true;
  if (needs === 'signed-in') return who.user !== null;
  if (needs === 'review') return who.isReviewer;
  return who.permissions.includes(needs);
}

let twins = 0;

/** A new user who may the same, for what one does to one's own account. */
export async function twinOf(who: Who, admin: User): Promise<Who> {
  if (who.user === null) return who;
  const user = await addUser(admin, `twin-${++twins}`, who.permissions);
  return { ...who, user, api: user.session };
}
