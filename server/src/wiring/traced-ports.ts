// Ports whose calls are shown in traces. Wrapped around whatever guards an engine, so that a span has what its caller
// waits for: a place in the line, repetitions and all. Where nothing is traced nothing is wrapped.
import type { Examiner } from '../core/checks/index.ts';
import type { AnyChange, RecordsEngine } from '../core/engine.ts';
import type { EventAnnouncer, SecretBox, WebhookSender } from '../core/events/index.ts';
import { during, inSpan, type SpanFacts, type Tracer } from '../core/health/index.ts';
import type { ValidatorRunner } from '../core/validators/index.ts';
import type { ContentPorts } from './content.ts';
import type { Sides } from './guards.ts';

/** Of each of these the port as it is where `tracer` is null. */
export class TracedPorts {
  readonly #tracer: Tracer | null;

  constructor(tracer: Tracer | null) {
    this.#tracer = tracer;
  }

  records(sides: Sides<RecordsEngine>): Sides<RecordsEngine> {
    return this.#both(sides, tracedRecords);
  }

  content(sides: Sides<ContentPorts>): Sides<ContentPorts> {
    return this.#both(sides, tracedContent);
  }

  secretBox(sides: Sides<SecretBox>): Sides<SecretBox> {
    return this.#both(sides, (box, tracer) => tracedCalls(box, 'encryption', tracer));
  }

  announcer(announcer: EventAnnouncer | null): EventAnnouncer | null {
    if (announcer === null) return null;
    return this.#one(announcer, (port, tracer) => tracedCalls(port, 'announcements', tracer));
  }

  examiner(examiner: Examiner): Examiner {
    return this.#one(examiner, tracedExaminer);
  }

  runner(runner: ValidatorRunner): ValidatorRunner {
    return this.#one(runner, tracedRunner);
  }

  telling<Telling extends { readonly webhookSender: WebhookSender }>(telling: Telling): Telling {
    return { ...telling, webhookSender: this.#one(telling.webhookSender, tracedSender) };
  }

  #one<Port>(port: Port, traced: (port: Port, tracer: Tracer) => Port): Port {
    return this.#tracer === null ? port : traced(port, this.#tracer);
  }

  #both<Port>(sides: Sides<Port>, traced: (port: Port, tracer: Tracer) => Port): Sides<Port> {
    return { requests: this.#one(sides.requests, traced), worker: this.#one(sides.worker, traced) };
  }
}

/**
 * The port, every call that promises something a span of its own where it is made within one: `records.packages.find`.
 * What was given and what was answered is not noted. A stream has been opened when its span ends.
 */
function tracedCalls<Port extends object>(port: Port, name: string, tracer: Tracer): Port {
  const methods = new Map<string | symbol, unknown>();
  return new Proxy(port, {
    get(target, member) {
      // Not of the proxy: private fields are those of the port itself.
      const found: unknown = Reflect.get(target, member, target);
      if (typeof found !== 'function') return found;
      let traced = methods.get(member);
      if (traced === undefined) {
        const label = `${name}.${String(member)}`;
        traced = (...given: unknown[]) =>
          tracedCall(label, () => Reflect.apply(found, target, given), tracer);
        methods.set(member, traced);
      }
      return traced;
    },
  });
}

/**
 * What promises nothing, such as a list that is read step by step, is no span: it begins once that is known. Within an engine
 * nothing is traced, so nothing is missed by that.
 */
function tracedCall(name: string, call: () => unknown, tracer: Tracer): unknown {
  const around = tracer.current();
  if (around === null) return call();
  const begunAt = performance.timeOrigin + performance.now();
  const answer = call();
  if (!(answer instanceof Promise)) return answer;
  const span = around.begin(name, 'call', {}, begunAt);
  return span === null ? answer : during(span, () => answer);
}

function tracedRecords(engine: RecordsEngine, tracer: Tracer): RecordsEngine {
  const stores = Object.entries(engine).filter(([, store]) => typeof store === 'object');
  return {
    ...engine,
    ...Object.fromEntries(
      stores.map(([name, store]) => [name, tracedCalls(store, `records.${name}`, tracer)]),
    ),
    commit: (changes) =>
      inSpan(tracer, 'records.commit', 'call', committed(changes), () => engine.commit(changes)),
  };
}

/** The jobs are what leads from a request to the traces of what it has queued. */
function committed(changes: readonly AnyChange[]): SpanFacts {
  const jobs = changes.flatMap((change) => (change.change === 'job.queue' ? [change.job.id] : []));
  return {
    'assay.changes': changes.map(({ change }) => change),
    ...(jobs.length > 0 && { 'assay.queued_jobs': jobs }),
  };
}

function tracedContent(ports: ContentPorts, tracer: Tracer): ContentPorts {
  const { content, receiving, serving, ownContent } = ports;
  const traced = tracedCalls(content, 'content', tracer);
  return {
    ...ports,
    content: traced,
    receiving: tracedCalls(receiving, 'receiving', tracer),
    serving: tracedCalls(serving, 'serving', tracer),
    ownContent:
      ownContent === null
        ? null
        : {
            ...ownContent,
            content: traced,
            incoming: tracedCalls(ownContent.incoming, 'incoming', tracer),
          },
  };
}

/** Checks run beside each other, and share what they do: each lasts from the beginning to what it has concluded. */
function tracedExaminer(examiner: Examiner, tracer: Tracer): Examiner {
  return {
    close: () => examiner.close(),
    rules: () => examiner.rules(),
    examine: (content, about, signal) =>
      inSpan(tracer, 'examination', 'step', {}, async (span) => {
        const begunAt = Date.now();
        const examination = await examiner.examine(content, about, signal);
        for (const { check, verdict, findings, coverage, durationMs } of examination.results) {
          const facts = {
            'assay.verdict': verdict,
            'assay.findings': findings.length,
            'assay.bytes_looked_at': coverage.bytesLookedAt,
          };
          span?.begin(`check ${check}`, 'step', facts, begunAt)?.end(begunAt + durationMs);
        }
        return examination;
      }),
  };
}

function tracedRunner(runner: ValidatorRunner, tracer: Tracer): ValidatorRunner {
  return {
    checkSyntax: (language, source, signal) =>
      inSpan(tracer, 'validator.check-syntax', 'call', { 'assay.language': language }, () =>
        runner.checkSyntax(language, source, signal),
      ),
    health: () => runner.health(),
    run: (task, signal) =>
      inSpan(tracer, 'validator.run', 'call', { 'assay.language': task.language }, async (span) => {
        const outcome = await runner.run(task, signal);
        span?.note({ 'assay.cause': outcome.cause });
        return outcome;
      }),
  };
}

/** Of the address only the host is noted: the rest may be a secret between its owner and the receiver. */
function tracedSender(sender: WebhookSender, tracer: Tracer): WebhookSender {
  return {
    whyRefused: (url) => sender.whyRefused(url),
    post: (url, headers, body) =>
      inSpan(tracer, 'webhook.post', 'call', { 'server.address': hostOf(url) }, async (span) => {
        const attempt = await sender.post(url, { ...headers, ...span?.headers() }, body);
        if (attempt.status !== null) span?.note({ 'http.response.status_code': attempt.status });
        if (attempt.error !== null) span?.fail(new NotDelivered());
        return attempt;
      }),
  };
}

class NotDelivered extends Error {
  override readonly name = 'NotDelivered';
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? 'none';
}
