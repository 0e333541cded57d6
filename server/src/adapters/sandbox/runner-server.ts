// Validators for other processes: the side that runs them. It holds nothing but the secret; of each archive it gets an
// address that is good for this content and for a few minutes.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isTransient } from '../../core/errors.ts';
import type { ValidatorRunner } from '../../core/validators/index.ts';
import { archiveAt } from './archive-address.ts';
import { paths, remoteSource, remoteTask } from './runner-protocol.ts';

export interface RunnerServerSettings {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly secret: string;
  report(problem: string, cause?: unknown): void;
}

export interface RunnerServer extends AsyncDisposable {
  /** Where it listens: `http://127.0.0.1:8090`. */
  readonly url: string;
}

/** A script, and what the package says about itself. */
const largestBodyBytes = 4 * 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Resolves when it listens. Closing it ends the scripts that run. */
export async function serveRunner(
  runner: ValidatorRunner,
  settings: RunnerServerSettings,
): Promise<RunnerServer> {
  const secret = digestOf(settings.secret);
  const server = createServer({ requestTimeout: 30_000 }, (request, response) => {
    const hasSecret = timingSafeEqual(digestOf(bearerOf(request)), secret);
    answer(runner, request, goneSignal(response), hasSecret)
      .catch((error: unknown): Answer => {
        settings.report('A request for a validator failed.', error);
        return { status: 500, body: { error: 'The request failed.' } };
      })
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
  });
  await listening(server, settings);
  const { address, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  runner: ValidatorRunner,
  request: IncomingMessage,
  gone: AbortSignal,
  hasSecret: boolean,
): Promise<Answer> {
  const asked = `${request.method} ${request.url}`;
  if (asked === `GET ${paths.health}`) {
    const health = await runner.health();
    return { status: health.ready ? 200 : 503, body: hasSecret ? health : { ready: health.ready } };
  }
  if (!hasSecret) return { status: 401, body: { error: 'The secret is missing or another one.' } };
  const body = await bodyOf(request);
  if (body === null) return { status: 413, body: { error: `A body has at most ${largestBodyBytes} bytes.` } };
  const given = parsed(body);
  if (asked === `POST ${paths.run}`) return await run(runner, given, gone);
  if (asked === `POST ${paths.syntax}`) return await checkSyntax(runner, given, gone);
  return { status: 404, body: { error: 'There is no such thing.' } };
}

async function run(runner: ValidatorRunner, given: unknown, gone: AbortSignal): Promise<Answer> {
  const task = remoteTask(given);
  if (task === null) return { status: 400, body: { error: 'The task is not one.' } };
  const archive = archiveAt(task.archive.url, task.archive.sizeBytes, gone);
  return { status: 200, body: await runner.run({ ...task, archive }, gone) };
}

async function checkSyntax(runner: ValidatorRunner, given: unknown, gone: AbortSignal): Promise<Answer> {
  const asked = remoteSource(given);
  if (asked === null) return { status: 400, body: { error: 'The source is not one.' } };
  try {
    return { status: 200, body: await runner.checkSyntax(asked.language, asked.source, gone) };
  } catch (error) {
    if (!isTransient(error)) throw error;
    return { status: 503, body: { error: error.message } };
  }
}

/** Aborted when whoever asked has gone away. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}

/** Null when it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > largestBodyBytes) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function bearerOf(request: IncomingMessage): string {
  return /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

/** Of equal length whatever was given, for a comparison that takes equally long. */
function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function listening(server: Server, { host, port }: RunnerServerSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
