import type { Caller } from '../caller.ts';
import { callingUser } from './authenticate-caller.ts';
import type { GroupStore, UserStore } from './ports.ts';
import type { AccessSettings } from './settings.ts';

/**
 * The user of this id or name, as if they asked now with all that they may, at no address; null when there is none. For
 * finding out what they may do, never for doing it.
 */
export async function callerAs(
  ports: {
    readonly users: Pick<UserStore, 'find' | 'findByName'>;
    readonly groups: Pick<GroupStore, 'groupsOf'>;
    readonly access: Pick<AccessSettings, 'reviewersGroup'>;
  },
  idOrName: string,
  requestId: string,
): Promise<Caller | null> {
  const user = (await ports.users.find(idOrName)) ?? (await ports.users.findByName(idOrName));
  if (user === null) return null;
  const groups = await ports.groups.groupsOf(user.id);
  return {
    user: callingUser({ user, groups }, ports.access.reviewersGroup),
    token: null,
    address: '',
    requestId,
  };
}
