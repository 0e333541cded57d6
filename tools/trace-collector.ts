// A collector of traces for tests: takes OTLP over HTTP as JSON, and tells what it was sent. It can also be out of order.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface CollectedSpan {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for the first of a trace. */
  readonly parentSpanId: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly failed: boolean;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly begunAt: number;
  readonly durationMs: number;
  /** Of the program that it comes from. */
  readonly service: Readonly<Record<string, unknown>>;
}

export class TraceCollector {
  readonly #server: Server;
  readonly spans: CollectedSpan[] = [];
  /** Everything that was sent, as text. */
  readonly texts: string[] = [];
  readonly headers: IncomingHttpHeaders[] = [];
  /** What it answers with; `null`: it does not answer. */
  status: number | null = 200;

  static async listen(): Promise<TraceCollector> {
    const collector = new TraceCollector();
    collector.#server.listen(0, '127.0.0.1');
    await once(collector.#server, 'listening');
    return collector;
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      this.headers.push(request.headers);
      assert.equal(`${request.method} ${request.url}`, 'POST /v1/traces');
      const sent = await json(request);
      this.texts.push(JSON.stringify(sent));
      if (this.status === null) return;
      if (this.status === 200) this.spans.push(...spansIn(sent as Sent));
      response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/traces`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

interface SentSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: number };
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

interface Attribute {
  readonly key: string;
  readonly value: Value;
}

/** One of them is there. */
interface Value {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values: readonly Value[] };
}

/** As opentelemetry-proto numbers them, from 1. */
const kinds = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
const errorStatus = 2;

function spansIn({ resourceSpans }: Sent): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = factsOf(resource.attributes);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...collected(span), service })));
  });
}

function collected(span: SentSpan): Omit<CollectedSpan, 'service'> {
  const { name, traceId, spanId, parentSpanId, attributes, status, links = [] } = span;
  const kind = kinds[span.kind - 1] ?? assert.fail(`${name} is of the unknown kind ${span.kind}`);
  const [begun, ended] = [BigInt(span.startTimeUnixNano), BigInt(span.endTimeUnixNano)];
  return {
    name,
    kind,
    traceId,
    spanId,
    parentSpanId,
    facts: factsOf(attributes),
    failed: status.code === errorStatus,
    links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
    begunAt: Number(begun / 1_000n) / 1_000,
    durationMs: Number((ended - begun) / 1_000n) / 1_000,
  };
}

function factsOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain({ stringValue, intValue, doubleValue, boolValue, arrayValue }: Value): unknown {
  if (arrayValue !== undefined) return arrayValue.values.map(plain);
  if (intValue !== undefined) return Number(intValue);
  return stringValue ?? doubleValue ?? boolValue;
}
