// A registry in memory that uploads, checks and publishes, with an examiner that believes what the bytes say of
// themselves: bytes that begin with `bad` fail, those that begin with `odd` are inconclusive, all others pass.
//
//   const test = await testPipeline();
//   const version = await test.publish(someCaller(), { packageName: 'tokenizer', label: '1.0.0' });
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Caller } from '../../src/core/caller.ts';
import type { CheckResult, Examination, Examiner, Verdict } from '../../src/core/checks/index.ts';
import { type Area, incomingKey } from '../../src/core/content/index.ts';
import type { EventAnnouncer } from '../../src/core/events/index.ts';
import type { JobKind } from '../../src/core/jobs/index.ts';
import type { Version } from '../../src/core/packages/index.ts';
import {
  beginUpload,
  completeUpload,
  type DeclaredUpload,
  type Upload,
} from '../../src/core/uploads/index.ts';
import { jobHandlers } from '../../src/worker/handlers.ts';
import type { WorkerPorts } from '../../src/worker/ports.ts';
import { someDigest, someFile } from './samples.ts';
import { testRegistry } from './test-registry.ts';

export type TestPipeline = Awaited<ReturnType<typeof testPipeline>>;

export interface Sent extends Partial<DeclaredUpload> {
  readonly bytes?: string;
  readonly method?: 'form' | 'parts';
}

export async function testPipeline() {
  const { registry, clock, ...users } = await testRegistry();
  const ports = {
    ...registry,
    examiner: new FakeExaminer(),
    webhookSwitchOffAfter: 10,
    announcer: null as EventAnnouncer | null,
    sweepGraceMs: 60_000,
    recheckPerHour: 600,
  } satisfies WorkerPorts;

  /** An open upload of bytes that have not arrived yet. */
  function begin(caller: Caller, { bytes = 'good bytes', method, ...declared }: Sent = {}): Promise<Upload> {
    const upload = {
      kind: 'model',
      packageName: 'tokenizer',
      label: '1.0.0',
      fileName: 'tokenizer.zip',
      contentType: 'application/zip',
      declaredDigest: null,
      ...declared,
    } as const;
    return beginUpload(ports, caller, { ...upload, sizeBytes: bytes.length, method });
  }

  /** The bytes as a form would bring them. */
  async function send(upload: Upload, bytes = 'good bytes'): Promise<void> {
    await ports.content.write(incomingKey(upload.id), Readable.from([Buffer.from(bytes)]));
  }

  /** A pending version, whose check is queued. */
  async function submit(caller: Caller, sent: Sent = {}): Promise<Version> {
    const upload = await begin(caller, sent);
    await send(upload, sent.bytes);
    return find((await completeUpload(ports, caller, upload.id)).versionId ?? '');
  }

  async function find(versionId: string): Promise<Version> {
    const version = await ports.versions.find(versionId);
    if (version === null) throw new Error(`there is no version ${versionId}`);
    return version;
  }

  /** Runs jobs that are due, also those that they queue. One that fails is tried again only when time moves. */
  async function runJobs(...kinds: JobKind[]): Promise<void> {
    const handlers = jobHandlers.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind));
    for (;;) {
      const job = await ports.jobs.lease(
        handlers.map(({ kind }) => kind),
        clock.now(),
        60_000,
      );
      const handler = handlers.find(({ kind }) => kind === job?.kind);
      if (job === null || handler === undefined) return;
      try {
        await handler.run(ports, job, new AbortController().signal);
        await ports.jobs.finish(job);
      } catch (error) {
        const later = new Date(clock.now().getTime() + 60_000);
        await ports.jobs.fail(job, String(error), later, clock.now());
      }
    }
  }

  /** A version that is through its check, whatever came of it. */
  async function publish(caller: Caller, sent: Sent = {}): Promise<Version> {
    const { id } = await submit(caller, sent);
    await runJobs('check-version');
    return find(id);
  }

  /** The paths of all objects in an area. */
  async function stored(area: Area): Promise<string[]> {
    const paths: string[] = [];
    for await (const { path } of ports.content.list(area)) paths.push(path);
    return paths;
  }

  return { ports, clock, ...users, begin, send, submit, find, runJobs, publish, stored };
}

/** A promise that its `examine` waits for, where a test needs something to happen meanwhile. */
class FakeExaminer implements Examiner {
  before: Promise<unknown> = Promise.resolve();
  /** The version of its rules. What begins with `late <n>` is bad by rules of this version and later ones. */
  version = 1;

  async rules(): Promise<Readonly<Record<string, string>>> {
    return { test: String(this.version) };
  }

  async examine(
    location: Parameters<Examiner['examine']>[0],
    _about: unknown,
    signal: AbortSignal,
  ): Promise<Examination> {
    await this.before;
    signal.throwIfAborted();
    if (location.store !== 'memory') throw new Error(`nothing is examined in a ${location.store}`);
    const text = Buffer.from(new Uint8Array(location.bytes)).toString();
    const verdict = this.#verdictOn(text);
    return {
      digest: someDigest(text),
      results: [{ ...resultOf(verdict, text), rules: String(this.version) }],
      files: [someFile({ path: 'README.md', sizeBytes: text.length })],
      description: { readme: `The handbook of ${text}`, summary: `Holds ${text}`, license: 'MIT' },
    };
  }

  #verdictOn(text: string): Verdict {
    const badSince = /^late (\d+)/.exec(text)?.[1];
    if (text.startsWith('bad') || (badSince !== undefined && this.version >= Number(badSince)))
      return 'failed';
    return text.startsWith('odd') ? 'inconclusive' : 'passed';
  }

  async close(): Promise<void> {}
}

function resultOf(verdict: Verdict, text: string): CheckResult {
  const finding = { rule: 'test.bad', severity: 'blocks', explanation: 'It says so itself.' } as const;
  return {
    check: 'test',
    rules: '1',
    verdict,
    findings: verdict === 'failed' ? [finding] : [],
    coverage: { bytesLookedAt: text.length, bytesInAll: text.length },
    reason: verdict === 'inconclusive' ? 'It is odd.' : null,
    durationMs: 1,
  };
}

export async function textOf(stream: Readable): Promise<string> {
  return (await buffer(stream)).toString();
}
