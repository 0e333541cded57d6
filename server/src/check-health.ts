// Whether what runs on this machine answers: for the health check of a container, which has no other program to ask.

import type { Print } from './command.ts';
import type { Config } from './config/index.ts';

export class NotWell extends Error {
  override readonly name = 'NotWell';
}

export type Role = 'serve' | 'validators';

const timeoutMs = 4_000;

/** Resolves when the process of this role, configured as this one, says that it is well; throws a `NotWell` otherwise. */
export async function checkHealth(config: Config, role: Role, print: Print): Promise<void> {
  const address = addressOf(config, role);
  // Whoever knows the secret is told why.
  const { runnerSecret } = config.sandbox;
  const headers = role === 'validators' ? { authorization: `Bearer ${runnerSecret}` } : {};
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(address, { headers, signal }).catch((error: Error) => {
    throw new NotWell(`${address} does not answer: ${causeOf(error)}.`);
  });
  const told = `${address} answers ${response.status}.`;
  if (!response.ok) throw new NotWell([told, ...(await problemsIn(response))].join(' '));
  await response.body?.cancel();
  print(told);
}

/** Of what runs validators; of anything else there are none. */
async function problemsIn(response: Response): Promise<readonly string[]> {
  const body = (await response.json().catch(() => null)) as { readonly problems?: unknown } | null;
  return Array.isArray(body?.problems) ? body.problems.map(String) : [];
}

function addressOf({ server, sandbox }: Config, role: Role): string {
  const [host, port] =
    role === 'serve' ? [server.host, server.port] : [sandbox.runnerHost, sandbox.runnerPort];
  return `http://${reachable(host)}:${port}/health`;
}

/** What listens on every address is asked at that of this machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
