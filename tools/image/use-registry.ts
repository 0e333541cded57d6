// What is done with a registry that runs in a container.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Api, ok } from '../../acceptance/src/call.ts';
import { type Download, digestOf } from '../../acceptance/src/packages.ts';
import { logIn, newPassword } from '../../acceptance/src/users.ts';
import serverPackage from '../../server/package.json' with { type: 'json' };

const smokeProgram = fileURLToPath(new URL('../smoke.ts', import.meta.url));

/** As the administrator whose one-time password is in the log. */
export async function enter(anonymous: Api, log: string): Promise<{ api: Api; password: string }> {
  const oneTime = /one-time password (\S+)/.exec(log)?.[1] ?? assert.fail('no one-time password was printed');
  const first = await logIn(anonymous, 'admin', oneTime);
  const password = newPassword();
  await ok(
    anonymous.as(first.token).put('/api/auth/password', { currentPassword: oneTime, newPassword: password }),
  );
  const { token } = await logIn(anonymous, 'admin', password);
  return { api: anonymous.as(token), password };
}

/** Resolves with where the bytes came from. */
export async function fetchAgain(
  api: Api,
  { packageId, digest }: { packageId: string; digest: string },
): Promise<string> {
  const { url } = await ok(api.get<Download>(`/api/packages/${packageId}/download`));
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  assert.equal(digestOf(bytes), digest, 'what was downloaded is not what was published');
  return url;
}

/** What a deployment ends with. */
export async function smoke({ url, token = '' }: Api): Promise<void> {
  const options = { env: { ...process.env, SMOKE_TOKEN: token } };
  const given = [smokeProgram, url, '--release', serverPackage.version];
  await promisify(execFile)(process.execPath, given, options);
}

/** By a validator that allows everybody. Resolves with how many seconds it took to register it. */
export async function guard(api: Api, packageId: string): Promise<number> {
  await ok(api.patch(`/api/packages/${packageId}`, { sensitive: true }), 200);
  const validator = { language: 'python', source: 'def validate(ctx):\n    return True\n' };
  const begun = performance.now();
  await ok(api.put(`/api/packages/${packageId}/validator`, validator), 200);
  return (performance.now() - begun) / 1000;
}
