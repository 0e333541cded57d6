import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { FakeValidatorRunner } from '../../test/support/fake-validator-runner.ts';
import { memoryEngine } from '../adapters/memory/memory-engine.ts';
import { OpenTelemetryTracer } from '../adapters/opentelemetry/open-telemetry-tracer.ts';
import type { About, Examiner } from '../core/checks/index.ts';
import type { ContentLocation } from '../core/content/index.ts';
import { StorageError } from '../core/errors.ts';
import type { WebhookSender } from '../core/events/index.ts';
import { during } from '../core/health/index.ts';
import type { ValidatorTask } from '../core/validators/index.ts';
import type { ContentPorts } from './content.ts';
import { TracedPorts } from './traced-ports.ts';

let spans: InMemorySpanExporter;
let tracer: OpenTelemetryTracer;
let traced: TracedPorts;

beforeEach(() => {
  spans = new InMemorySpanExporter();
  const settings = { serviceName: 'assay', version: '0', share: 1, followClients: true };
  tracer = new OpenTelemetryTracer(settings, new SimpleSpanProcessor({ exporter: spans }));
  traced = new TracedPorts(tracer);
});

/** What is told of `work` as part of a request. */
async function toldOf(work: () => Promise<unknown>) {
  const request = tracer.begin('request', 'request', {}) ?? assert.fail('not kept');
  await during(request, work).catch(() => {});
  return spans.getFinishedSpans().filter(({ name }) => name !== 'request');
}

describe('a call of a store', () => {
  const id = '018f0000-0000-7000-8000-000000000000';

  test('is a span by the name of store and method, with neither what was given nor what was answered', async () => {
    const engine = memoryEngine();
    const { requests } = traced.records({ requests: engine, worker: engine });
    const [span, ...others] = await toldOf(() => requests.packages.find(id));
    assert.deepEqual(others, []);
    assert.equal(span?.name, 'records.packages.find');
    assert.deepEqual(span?.attributes, {});
  });

  test('outside of requests and jobs is none', async () => {
    const engine = memoryEngine();
    const { worker } = traced.records({ requests: engine, worker: engine });
    assert.equal(await worker.packages.find(id), null);
    assert.deepEqual(spans.getFinishedSpans(), []);
  });

  test('that rejects is told as failed, and rejects with the same error', async () => {
    const error = new StorageError('transient', 'no answer');
    const engine = { ...memoryEngine(), commit: () => Promise.reject(error) };
    const { requests } = traced.records({ requests: engine, worker: engine });
    const [span] = await toldOf(() => assert.rejects(requests.commit([]), error));
    assert.equal(span?.attributes['error.type'], 'storage-transient');
  });

  test('that commits tells its changes, and the jobs that it queues', async () => {
    const engine = memoryEngine();
    const { requests } = traced.records({ requests: engine, worker: engine });
    const job = {
      id: 'check-v1',
      kind: 'check-version',
      payload: { versionId: 'v1' },
      runAt: new Date(0),
    } as const;
    const [span] = await toldOf(() => requests.commit([{ change: 'job.queue', job }]));
    assert.deepEqual(span?.attributes, { 'assay.changes': ['job.queue'], 'assay.queued_jobs': ['check-v1'] });
  });

  test('that gives a list step by step gives it as before, and private fields are those of the store', async () => {
    class Store {
      readonly #keys = ['a', 'b'];
      async *list() {
        yield* this.#keys;
      }
      async stat() {
        return this.#keys.length;
      }
    }
    const ports = {
      content: new Store(),
      receiving: {},
      serving: {},
      ownContent: null,
    } as unknown as ContentPorts;
    const { requests } = traced.content({ requests: ports, worker: ports });
    const content = requests.content as unknown as Store;
    const told = await toldOf(async () => {
      // More often than a trace may have spans.
      for (let times = 0; times < 1_000; times++)
        assert.deepEqual(await Array.fromAsync(content.list()), ['a', 'b']);
      assert.equal(await content.stat(), 2);
    });
    assert.deepEqual(
      told.map(({ name }) => name),
      ['content.stat'],
    );
  });
});

test('of a webhook its host is told, not its path; that it was not delivered is a failure', async () => {
  const posted: Readonly<Record<string, string>>[] = [];
  const webhookSender: WebhookSender = {
    whyRefused: async () => null,
    async post(_url, headers) {
      posted.push(headers);
      return { status: 500, error: 'The receiver answered 500.', responseBody: 'secret', durationMs: 1 };
    },
  };
  const telling = traced.telling({ webhookSender });
  const [span] = await toldOf(() =>
    telling.webhookSender.post('https://a.example/secret?secret', { a: 'b' }, 'secret'),
  );
  assert.deepEqual(span?.attributes, {
    'server.address': 'a.example',
    'http.response.status_code': 500,
    'error.type': 'NotDelivered',
  });
  assert.equal(posted[0]?.a, 'b');
  assert.match(posted[0]?.traceparent ?? '', new RegExp(`-${span?.spanContext().spanId}-01$`));
});

test('an examination has a span for each check, from its beginning to what the check has concluded', async () => {
  const result = (check: string, durationMs: number) =>
    ({
      check,
      verdict: 'passed',
      findings: [],
      coverage: { bytesLookedAt: 7, bytesInAll: 7 },
      durationMs,
    }) as const;
  const results = [result('archive', 40), result('structure', 15)];
  const examiner = { examine: async () => ({ results }) } as unknown as Examiner;
  const told = await toldOf(() =>
    traced.examiner(examiner).examine({} as ContentLocation, {} as About, new AbortController().signal),
  );
  const [archive, structure, examination] = told;
  assert.deepEqual(
    told.map(({ name }) => name),
    ['check archive', 'check structure', 'examination'],
  );
  assert.deepEqual(archive?.attributes, {
    'assay.verdict': 'passed',
    'assay.findings': 0,
    'assay.bytes_looked_at': 7,
  });
  assert.deepEqual(archive?.startTime, structure?.startTime);
  assert.equal(structure?.duration[1], 15_000_000);
  assert.equal(structure?.parentSpanContext?.spanId, examination?.spanContext().spanId);
});

test('a run of a validator tells its language and how it ended, and nothing of what it was given or said', async () => {
  const task = {
    language: 'python',
    source: 'deny secret',
    downloader: 'secret',
  } as unknown as ValidatorTask;
  const [span, ...others] = await toldOf(() => traced.runner(new FakeValidatorRunner()).run(task));
  assert.deepEqual(others, []);
  assert.equal(span?.name, 'validator.run');
  assert.deepEqual(span?.attributes, { 'assay.language': 'python', 'assay.cause': 'denied' });
});

test('where nothing is traced, ports are the very same', () => {
  const untraced = new TracedPorts(null);
  const engine = memoryEngine();
  const sides = { requests: engine, worker: engine };
  assert.equal(untraced.records(sides).requests, engine);
  assert.equal(untraced.records(sides).worker.packages, engine.packages);
});
