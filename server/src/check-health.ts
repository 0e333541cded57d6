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
  const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMs) }).catch((error: Error) => {
    throw new NotWell(`${address} does not answer: ${causeOf(error)}.`);
  });
  await response.body?.cancel();
  if (!response.ok) throw new NotWell(`${address} answers ${response.status}.`);
  print(`${address} answers ${response.status}.`);
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
