import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nobody, type SignedIn, testRegistry } from '../../../test/support/test-registry.ts';
import { changePassword } from './change-password.ts';
import { changeUser } from './change-user.ts';
import { deleteUser } from './delete-user.ts';
import { ensureFirstAdministrator } from './ensure-first-administrator.ts';
import { logIn } from './log-in.ts';
import { logOut } from './log-out.ts';
import { registerUser } from './register-user.ts';
import { resetPassword } from './reset-password.ts';

const password = 'fjord7Quilt!';
const newPassword = 'glacier-4-teapots';

test('only administrators register users, and say what they may do', async () => {
  const { registry, signIn } = await testRegistry();
  const [admin, other] = [await signIn('root', ['admin']), await signIn('bob', ['upload'])];
  for (const caller of [nobody, await other.caller()]) {
    await assert.rejects(registerUser(registry, caller, { name: 'ada', password }), {
      code: 'registration-closed',
    });
  }
  const user = await registerUser(registry, await admin.caller(), {
    name: 'ada',
    password,
    permissions: ['admin', 'upload', 'admin'],
  });
  assert.deepEqual(user.permissions, ['upload', 'admin']);
  assert.deepEqual(await registry.users.find(user.id), user);
});

test('where registration is open anybody registers, with the default permissions and not more', async () => {
  const { registry } = await testRegistry({ openRegistration: true, defaultPermissions: ['search'] });
  const user = await registerUser(registry, nobody, { name: 'ada', password });
  assert.deepEqual(user.permissions, ['search']);
  await registerUser(registry, nobody, { name: 'bob', password, permissions: [] });
  await assert.rejects(
    registerUser(registry, nobody, { name: 'cyd', password, permissions: ['search', 'admin'] }),
    { code: 'permission-denied', message: /admin/ },
  );
});

test('nobody registers with a name that is taken or a password that is weak', async () => {
  const { registry } = await testRegistry({ openRegistration: true });
  await registerUser(registry, nobody, { name: 'ada', password });
  await assert.rejects(registerUser(registry, nobody, { name: 'ADA', password }), { code: 'user-exists' });
  await assert.rejects(registerUser(registry, nobody, { name: 'bob', password: 'short' }), {
    code: 'password-too-weak',
  });
  await assert.rejects(registerUser(registry, nobody, { name: 'b b', password }), {
    code: 'invalid-request',
  });
});

async function withTwoSessions() {
  const world = await testRegistry();
  const user = await world.addUser('ada', ['search'], { password, mustChangePassword: true });
  const [here, elsewhere] = [await world.openSession(user), await world.openSession(user)];
  return { ...world, user, here, elsewhere };
}

test('a changed password ends all other sessions, keeps this one, and is the only one that opens more', async () => {
  const { addToken, elsewhere, here, registry, user } = await withTwoSessions();
  const token = await addToken(user);
  await changePassword(registry, await here.caller(), { currentPassword: password, newPassword });
  assert.equal((await here.caller()).user?.mustChangePassword, false);
  await assert.rejects(elsewhere.caller(), { code: 'token-invalid' });
  await token.caller();
  await assert.rejects(logIn(registry, nobody, { name: 'ada', password }), { code: 'login-failed' });
  const { token: text } = await logIn(registry, nobody, { name: 'ada', password: newPassword });
  await registry.authenticate(`Bearer ${text}`, nobody);
});

test('of two changes at the same time one succeeds', async () => {
  const { elsewhere, here, registry } = await withTwoSessions();
  const callers = [await here.caller(), await elsewhere.caller()];
  const outcomes = await Promise.allSettled(
    callers.map((caller, i) =>
      changePassword(registry, caller, { currentPassword: password, newPassword: newPassword + i }),
    ),
  );
  assert.deepEqual(outcomes.map((outcome) => outcome.status).sort(), ['fulfilled', 'rejected']);
});

test('a password is not changed to the same, to a weak one, or by whoever does not know it', async () => {
  const { here, registry } = await withTwoSessions();
  const change = async (currentPassword: string, to: string) =>
    changePassword(registry, await here.caller(), { currentPassword, newPassword: to });
  await assert.rejects(change(password, password), { code: 'password-too-weak' });
  await assert.rejects(change(password, 'short'), { code: 'password-too-weak' });
  for (let i = 0; i < 5; i += 1) {
    await assert.rejects(change('wrong', newPassword), { code: 'password-wrong' });
  }
  await assert.rejects(change(password, newPassword), { code: 'login-throttled' });
  await logIn(registry, nobody, { name: 'ada', password });
});

test('a personal token neither changes the password, nor deletes its owner, nor logs out', async () => {
  const { addToken, addUser, registry } = await testRegistry();
  const user = await addUser('ada', ['search'], { password });
  const { caller } = await addToken(user);
  const denied = { code: 'permission-denied' };
  await assert.rejects(
    changePassword(registry, await caller(), { currentPassword: password, newPassword }),
    denied,
  );
  await assert.rejects(deleteUser(registry, await caller(), user.id), denied);
  await assert.rejects(logOut(registry, await caller()), denied);
});

test('a logout ends this session at once, and no other', async () => {
  const { elsewhere, here, registry } = await withTwoSessions();
  await logOut(registry, await here.caller());
  await assert.rejects(here.caller(), { code: 'token-invalid' });
  await elsewhere.caller();
});

test('users delete themselves, administrators everybody, and to others there is nobody', async () => {
  const { registry, signIn } = await testRegistry();
  const users = ['ada', 'bob', 'cyd'].map((name) => signIn(name, ['search']));
  const [ada, bob, cyd] = (await Promise.all(users)) as [SignedIn, SignedIn, SignedIn];
  const admin = await signIn('root', ['admin']);
  await assert.rejects(deleteUser(registry, await ada.caller(), bob.user.id), { code: 'not-found' });
  await assert.rejects(deleteUser(registry, await ada.caller(), 'nothing'), { code: 'not-found' });
  await deleteUser(registry, await ada.caller(), ada.user.id);
  await deleteUser(registry, await admin.caller(), bob.user.id);
  for (const gone of [ada, bob]) await assert.rejects(gone.caller(), { code: 'token-invalid' });
  await cyd.caller();
});

test('an administrator cannot make the registry lose its last one', async () => {
  const { registry, signIn } = await testRegistry();
  const admin = await signIn('root', ['admin']);
  const caller = await admin.caller();
  await assert.rejects(deleteUser(registry, caller, admin.user.id), { code: 'last-administrator' });
  await assert.rejects(changeUser(registry, caller, admin.user.id, { permissions: ['search'] }), {
    code: 'last-administrator',
  });
  const successor = await signIn('ada', []);
  await changeUser(registry, caller, successor.user.id, { permissions: ['admin'] });
  await deleteUser(registry, caller, admin.user.id);
});

test('changed permissions hold from the next request on', async () => {
  const { registry, signIn } = await testRegistry();
  const [admin, ada] = [await signIn('root', ['admin']), await signIn('ada', ['search'])];
  const changed = await changeUser(registry, await admin.caller(), ada.user.id, {
    permissions: ['download', 'upload'],
  });
  assert.deepEqual(changed.permissions, ['upload', 'download']);
  assert.deepEqual((await ada.caller()).user?.permissions, new Set(['upload', 'download']));
});

test('a new registry gets one administrator, whose one-time password opens a session to change it', async () => {
  const { registry } = await testRegistry();
  const made = await Promise.all(Array.from({ length: 5 }, () => ensureFirstAdministrator(registry)));
  const [administrator] = made.filter((one) => one !== null);
  assert.equal(made.filter((one) => one !== null).length, 1);
  assert.equal(await ensureFirstAdministrator(registry), null);
  const { user, session } = await logIn(registry, nobody, {
    name: 'admin',
    password: administrator?.oneTimePassword ?? '',
  });
  assert.equal(user.mustChangePassword, true);
  assert.ok(session.usesLeft > 0);
});

test('a reset gives a one-time password and ends the sessions of the user', async () => {
  const { here, registry } = await withTwoSessions();
  const oneTime = await resetPassword(registry, nobody, 'ADA');
  await assert.rejects(here.caller(), { code: 'token-invalid' });
  const { user } = await logIn(registry, nobody, { name: 'ada', password: oneTime });
  assert.equal(user.mustChangePassword, true);
  await assert.rejects(resetPassword(registry, nobody, 'nobody'), { code: 'not-found' });
});
