import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  type Span as KeptSpan,
  SpanKind as Kind,
  type Tracer as LibraryTracer,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import {
  faultOf,
  type Span,
  type SpanFacts,
  type SpanIds,
  type SpanKind,
  type Tracer,
} from '../../core/health/index.ts';
import { type SendingSettings, TraceSender } from './trace-sender.ts';

export interface TracerSettings {
  readonly serviceName: string;
  /** Of this program. */
  readonly version: string;
  /** Which part of the traces that begin here is kept, from 0 to 1. */
  readonly share: number;
  /** Whether requests continue the traces of their clients. */
  readonly followClients: boolean;
}

/** A job that looks at everything there is would make a trace that nothing can show. */
const spansOfOneTrace = 1_000;
/** More are lost rather than kept in memory. */
const waitingSpans = 2_048;
const longestText = 256;

const kinds: Readonly<Record<SpanKind, Kind>> = {
  request: Kind.SERVER,
  job: Kind.CONSUMER,
  call: Kind.CLIENT,
  step: Kind.INTERNAL,
};

const propagator = new W3CTraceContextPropagator();

/** Traces that are sent by OTLP over HTTP, in the background. */
export function openTracer(settings: TracerSettings, sending: SendingSettings): OpenTelemetryTracer {
  const processor = new BatchSpanProcessor({
    exporter: new TraceSender(sending),
    maxQueueSize: waitingSpans,
    scheduledDelayMillis: 1_000,
    // The sender gives up by itself, earlier.
    exportTimeoutMillis: sending.timeoutMs + 1_000,
  });
  return new OpenTelemetryTracer(settings, processor);
}

/**
 * By the library of OpenTelemetry, without anything that it has for a whole process: what is going on is remembered
 * here, so that several can be beside each other and no library is changed behind its back.
 */
export class OpenTelemetryTracer implements Tracer {
  readonly #provider: TracerProvider;
  readonly #making: Making;
  readonly #followClients: boolean;

  constructor({ serviceName, version, share, followClients }: TracerSettings, processor: SpanProcessor) {
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({
        'service.name': serviceName,
        'service.version': version,
        'service.instance.id': randomUUID(),
      }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
      spanLimits: { attributeValueLengthLimit: longestText },
      spanProcessors: [processor],
    });
    this.#making = { tracer: this.#provider.getTracer('assay', version), within: new AsyncLocalStorage() };
    this.#followClients = followClients;
  }

  begin(
    name: string,
    kind: SpanKind,
    facts: SpanFacts,
    headers: Readonly<Record<string, unknown>> = {},
  ): Span | null {
    const client = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    const linked = this.#followClients ? undefined : trace.getSpanContext(client);
    const span = this.#making.tracer.startSpan(
      name,
      {
        kind: kinds[kind],
        attributes: writable(facts),
        links: linked === undefined ? [] : [{ context: linked }],
      },
      this.#followClients ? client : ROOT_CONTEXT,
    );
    return span.isRecording() ? new OpenTelemetrySpan(span, this.#making, new TraceSize(span)) : null;
  }

  current(): Span | null {
    const span = this.#making.within.getStore();
    return span?.isGoingOn ? span : null;
  }

  /** Sends what is left, for as long as one answer may take. What begins later is lost. Never rejects. */
  async close(): Promise<void> {
    await this.#provider.shutdown().catch(() => {});
  }
}

interface Making {
  readonly tracer: LibraryTracer;
  readonly within: AsyncLocalStorage<OpenTelemetrySpan>;
}

class OpenTelemetrySpan implements Span {
  readonly #span: KeptSpan;
  readonly #making: Making;
  readonly #size: TraceSize;

  constructor(span: KeptSpan, making: Making, size: TraceSize) {
    this.#span = span;
    this.#making = making;
    this.#size = size;
  }

  get ids(): SpanIds {
    const { traceId, spanId } = this.#span.spanContext();
    return { traceId, spanId };
  }

  get isGoingOn(): boolean {
    return this.#span.isRecording();
  }

  begin(name: string, kind: SpanKind, facts: SpanFacts, at?: number): Span | null {
    if (!this.#size.hasPlace()) return null;
    const options = {
      kind: kinds[kind],
      attributes: writable(facts),
      ...(at !== undefined && { startTime: at }),
    };
    const span = this.#making.tracer.startSpan(name, options, this.#context());
    return new OpenTelemetrySpan(span, this.#making, this.#size);
  }

  note(facts: SpanFacts): void {
    this.#span.setAttributes(writable(facts));
  }

  fail(error: unknown): void {
    const { kind, outOfOrder } = faultOf(error);
    this.#span.setAttribute('error.type', kind);
    if (outOfOrder) this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  run<T>(work: () => T): T {
    return this.#making.within.run(this, work);
  }

  headers(): Readonly<Record<string, string>> {
    const headers: Record<string, string> = {};
    propagator.inject(this.#context(), headers, defaultTextMapSetter);
    return headers;
  }

  end(at?: number): void {
    this.#size.ends(this.#span);
    this.#span.end(at);
  }

  #context() {
    return trace.setSpan(ROOT_CONTEXT, this.#span);
  }
}

/** Counts the spans of one trace; its first span tells how many were left out. */
class TraceSize {
  readonly #first: KeptSpan;
  #spans = 1;
  #leftOut = 0;

  constructor(first: KeptSpan) {
    this.#first = first;
  }

  hasPlace(): boolean {
    if (this.#spans < spansOfOneTrace) {
      this.#spans += 1;
      return true;
    }
    this.#leftOut += 1;
    return false;
  }

  ends(span: KeptSpan): void {
    if (span === this.#first && this.#leftOut > 0) span.setAttribute('assay.spans_left_out', this.#leftOut);
  }
}

function writable(facts: SpanFacts): Record<string, string | number | boolean | string[]> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [name, typeof fact === 'object' ? [...fact] : fact]),
  );
}
