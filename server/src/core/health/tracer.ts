import { RegistryError, StorageError } from '../errors.ts';

/**
 * What is noted about a span: ids, names, numbers. Nothing that is secret, and no text of people, messages of errors
 * included: spans may be kept by others.
 */
export type SpanFacts = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** `request`: taken in; `job`: taken from the queue; `call`: asked of something outside; `step`: done here. */
export type SpanKind = 'request' | 'job' | 'call' | 'step';

/** By which a line of the log names a span. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

/** A piece of work that goes on, as a system that shows traces sees it. Cheap, and never throws. */
export interface Span {
  readonly ids: SpanIds;
  /**
   * Begins a span within this one, or at a time that has passed, in milliseconds since 1970. Null when the trace has as
   * many as it may have.
   */
  begin(name: string, kind: SpanKind, facts: SpanFacts, at?: number): Span | null;
  note(facts: SpanFacts): void;
  /** It did not do what it was for; of the error only its kind is noted. */
  fail(error: unknown): void;
  /** Does `work`, and what that begins, within this span. */
  run<T>(work: () => T): T;
  /** Headers by which another program continues the trace. */
  headers(): Readonly<Record<string, string>>;
  /** Once. What comes after it belongs to no span. */
  end(at?: number): void;
}

/** Follows what the registry does, for a system that shows traces. Cheap, and never throws. */
export interface Tracer {
  /** Begins a trace, or continues the one that `headers` tell of. Null when it is not kept. */
  begin(
    name: string,
    kind: SpanKind,
    facts: SpanFacts,
    headers?: Readonly<Record<string, unknown>>,
  ): Span | null;
  /** The span that this is done within, unless there is none or it has ended. */
  current(): Span | null;
}

/** Does `work` as a span within the present one; where there is none, it is just done. */
export async function inSpan<T>(
  tracer: Tracer,
  name: string,
  kind: SpanKind,
  facts: SpanFacts,
  work: (span: Span | null) => Promise<T>,
): Promise<T> {
  const span = tracer.current()?.begin(name, kind, facts) ?? null;
  return span === null ? await work(null) : await during(span, () => work(span));
}

/** Does `work` within the span, which ends with it. */
export async function during<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await span.run(work);
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}

/** A name for errors of its kind, and whether something is out of order or somebody was only told no. */
export function faultOf(error: unknown): { readonly kind: string; readonly outOfOrder: boolean } {
  if (error instanceof RegistryError) {
    return { kind: error.code, outOfOrder: error.kind === 'internal' || error.kind === 'unavailable' };
  }
  if (error instanceof StorageError) {
    return { kind: `storage-${error.failure}`, outOfOrder: error.failure !== 'missing' };
  }
  return { kind: error instanceof Error ? error.name : 'unknown', outOfOrder: true };
}
