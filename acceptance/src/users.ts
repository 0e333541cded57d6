// People who use a registry.
import { randomBytes } from 'node:crypto';
import { type Api, ok } from './call.ts';
import type { ServerProcess } from './server-process.ts';

export type Permission = 'upload' | 'search' | 'download' | 'admin';

export interface User {
  readonly id: string;
  readonly name: string;
  readonly password: string;
  /** The API, called with a personal access token that extends to all that the user may do. */
  readonly api: Api;
  /** The same with the token of a login. */
  readonly session: Api;
}

interface Login {
  readonly token: string;
  readonly expiresAt: string;
  readonly usesLeft: number;
  readonly user: { readonly id: string; readonly name: string; readonly permissions: readonly Permission[] };
  readonly mustChangePassword: boolean;
}

export function logIn(api: Api, name: string, password: string): Promise<Login> {
  return ok(api.post<Login>('/api/auth/login', { name, password }), 200);
}

/** The administrator of a server that was started for the first time; the one-time password is changed. */
export async function enterAsAdministrator(server: ServerProcess): Promise<User> {
  const oneTime = await server.oneTimePassword();
  const first = await logIn(server.api, 'admin', oneTime);
  const password = newPassword();
  await ok(
    server.api.as(first.token).put('/api/auth/password', { currentPassword: oneTime, newPassword: password }),
  );
  return userOf(server.api, 'admin', password);
}

/** A user whom the administrator registers; without permissions none are given. */
export async function addUser(
  admin: User,
  name: string,
  permissions: readonly Permission[] = ['upload', 'search', 'download'],
): Promise<User> {
  const password = newPassword();
  await ok(admin.api.post('/api/auth/register', { name, password, permissions }), 201);
  return userOf(admin.api.as(undefined), name, password);
}

/** A group with these members. Resolves with its id. */
export async function addGroup(admin: User, name: string, members: readonly User[]): Promise<string> {
  const { id } = await ok(admin.api.post<{ id: string }>('/api/groups', { name }), 201);
  for (const member of members) await ok(admin.api.put(`/api/groups/${id}/members/${member.id}`), 204);
  return id;
}

async function userOf(api: Api, name: string, password: string): Promise<User> {
  const { token, user } = await logIn(api, name, password);
  const session = api.as(token);
  const { id, permissions } = user;
  if (permissions.length === 0) return { id, name, password, api: session, session };
  const personal = await ok(
    session.post<{ token: string }>('/api/tokens', { name: 'acceptance', permissions, expiresInDays: 1 }),
    201,
  );
  return { id, name, password, api: api.as(personal.token), session };
}

export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}
