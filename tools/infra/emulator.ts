// AWS for a rehearsal: infra/rehearsal/emulator.py as a process, and the few requests that are made of it directly.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findProgram } from '../find-program.ts';
import { freePort } from '../free-port.ts';
import { type Operation, requestOfAws } from './aws-request.ts';

const program = fileURLToPath(new URL('../../infra/rehearsal/emulator.py', import.meta.url));

export type Credentials = Readonly<
  Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_SESSION_TOKEN', string>
>;

/** What it lacks on this machine; null when it can be started. */
export async function whyNoEmulator(): Promise<string | null> {
  const python = findProgram('python3');
  if (python === undefined) return 'python3 is not there: apt-get install python3';
  const imported = await promisify(execFile)(python, ['-c', 'import moto.server, flask']).then(
    () => true,
    () => false,
  );
  return imported ? null : 'the Python module moto.server is not there: pip install "moto[server]"';
}

export class Emulator implements AsyncDisposable {
  readonly url: string;
  readonly #child: ReturnType<typeof spawn>;
  readonly #everything: Credentials = {
    AWS_ACCESS_KEY_ID: 'rehearsal',
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_SESSION_TOKEN: '',
  };

  /** Rejects when Python or moto are not there. */
  static async start(zoneName: string): Promise<Emulator> {
    const python = findProgram('python3');
    if (python === undefined) throw new Error('python3 is not there: apt-get install python3');
    const port = await freePort();
    const child = spawn(python, ['-B', program, `${port}`, zoneName], { stdio: ['pipe', 'ignore', 'pipe'] });
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints = `${complaints}${text}`.slice(-4_000);
    });
    const emulator = new Emulator(`http://127.0.0.1:${port}`, child);
    for (let attempt = 0; attempt < 600; attempt++) {
      if (child.exitCode !== null)
        throw new Error(`the emulator ended (pip install "moto[server]"):\n${complaints}`);
      if (
        await fetch(`${emulator.url}/rehearsal/secrets`).then(
          (answer) => answer.ok,
          () => false,
        )
      )
        return emulator;
      await pause(100);
    }
    throw new Error(`the emulator does not answer:\n${complaints}`);
  }

  private constructor(url: string, child: ReturnType<typeof spawn>) {
    this.url = url;
    this.#child = child;
  }

  /** For programs that use AWS: everything goes to the emulator, also what has a host of its own. */
  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL: this.url,
      HTTP_PROXY: this.url,
      NO_PROXY: '127.0.0.1',
      AWS_ACCESS_KEY_ID: 'rehearsal',
      AWS_SECRET_ACCESS_KEY: 'rehearsal',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CA_BUNDLE: '',
    };
  }

  /** The values of all secrets, by name. */
  secrets(): Promise<Readonly<Record<string, readonly (string | null)[]>>> {
    return this.#told('secrets');
  }

  /** What the instances of RDS were given, by identifier. */
  databases(): Promise<Readonly<Record<string, Readonly<Record<'user' | 'password' | 'database', string>>>>> {
    return this.#told('databases');
  }

  /** What each host of EC2 is told to do at its first start, by id. */
  hosts(): Promise<Readonly<Record<string, string>>> {
    return this.#told('hosts');
  }

  /** In words, each thing that is there and was not at the start. */
  left(): Promise<readonly string[]> {
    return this.#told('left');
  }

  /** Removes what the registry has stored; what Terraform has made stays. */
  async empty(): Promise<void> {
    await this.#told('empty');
  }

  /**
   * Copies what AWS copies from a region to another all the time, and the emulator never (additions/copies.py); only what
   * the stack has configured to be copied. Resolves with how many there were.
   */
  async copy(what: 'objects' | 'items', source: string, target: string): Promise<number> {
    const given = new URLSearchParams({ source, target });
    const answer = await fetch(`${this.url}/rehearsal/copy_${what}?${given}`, { method: 'POST' });
    return (await answer.json()) as number;
  }

  /** From now on a request may only do what the policies of who makes it allow; until it is disposed of. */
  async enforcePermissions(): Promise<AsyncDisposable> {
    await this.#allowUnchecked(0);
    return { [Symbol.asyncDispose]: () => this.#allowUnchecked(Number.MAX_SAFE_INTEGER) };
  }

  async #allowUnchecked(requests: number): Promise<void> {
    await fetch(`${this.url}/moto-api/reset-auth`, {
      method: 'POST',
      body: String(requests),
      headers: { 'content-type': 'text/plain' },
    });
  }

  /** Rejects when it is refused. */
  async assume(roleArn: string): Promise<Credentials> {
    const text = await this.query('sts', {
      Action: 'AssumeRole',
      RoleArn: roleArn,
      RoleSessionName: 'rehearsal',
      Version: '2011-06-15',
    });
    const textOf = (name: string) => {
      const [, found] = new RegExp(`<${name}>([^<]+)</${name}>`).exec(text) ?? [];
      if (found === undefined) throw new Error(`${roleArn} cannot be assumed: ${text}`);
      return found;
    };
    return {
      AWS_ACCESS_KEY_ID: textOf('AccessKeyId'),
      AWS_SECRET_ACCESS_KEY: textOf('SecretAccessKey'),
      AWS_SESSION_TOKEN: textOf('SessionToken'),
    };
  }

  /** Without credentials: as whoever sets all this up. */
  call<T>(operation: Operation, body: object, credentials: Credentials = this.#everything): Promise<T> {
    return requestOfAws(this.url, operation, body, credentials);
  }

  async #told<T>(what: string): Promise<T> {
    const answer = await fetch(`${this.url}/rehearsal/${what}`);
    if (!answer.ok) throw new Error(`the emulator does not tell ${what}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** An operation of a service that is asked by forms and answers in XML. Rejects with the answer when it is a failure. */
  async query(
    service: string,
    parameters: Readonly<Record<string, string>>,
    { AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN }: Credentials = this.#everything,
  ): Promise<string> {
    const answer = await fetch(this.url, {
      method: 'POST',
      body: new URLSearchParams(parameters),
      headers: {
        'x-amz-security-token': AWS_SESSION_TOKEN,
        authorization: `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/20250101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${parameters.Action}: ${answer.status} ${text}`);
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await ended;
  }
}
