import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

export interface SendingSettings {
  /** The whole address. */
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** For one answer. */
  readonly timeoutMs: number;
  report(problem: string, cause?: unknown): void;
}

/**
 * Sends spans by OTLP over HTTP, as JSON. What a collector does not take in time is lost, and not sent again: others
 * wait behind it. That it does not answer is reported once, and once that it answers again.
 *
 * Not the exporter of OpenTelemetry, which reads the environment, tries again for as long as it may, and cannot be
 * ended before.
 */
export class TraceSender implements SpanExporter {
  readonly #settings: SendingSettings;
  readonly #sending = new Set<Promise<void>>();
  /** Spans that were lost since the collector last answered; null while it does. */
  #lost: number | null = null;

  constructor(settings: SendingSettings) {
    this.#settings = settings;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    const sent = this.#send(spans).then(
      () => {
        this.#arrived();
        done({ code: ExportResultCode.SUCCESS });
      },
      (error: unknown) => {
        this.#wereLost(spans.length, error);
        done({ code: ExportResultCode.FAILED });
      },
    );
    this.#sending.add(sent);
    void sent.finally(() => this.#sending.delete(sent));
  }

  /** Resolves when everything has been taken or has run out of time. */
  async shutdown(): Promise<void> {
    await Promise.all(this.#sending);
  }

  async #send(spans: ReadableSpan[]): Promise<void> {
    const { url, headers, timeoutMs } = this.#settings;
    const body = JsonTraceSerializer.serializeRequest(spans);
    if (body === undefined) return;
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...Object.fromEntries(headers), 'content-type': 'application/json' },
      body: new Uint8Array(body),
      // Elsewhere the headers are nobody's business.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the collector answered ${response.status}`);
  }

  #arrived(): void {
    if (this.#lost === null) return;
    this.#settings.report(`Traces arrive again; ${this.#lost} spans or more were lost.`);
    this.#lost = null;
  }

  #wereLost(spans: number, cause: unknown): void {
    if (this.#lost === null) {
      this.#settings.report('Traces do not arrive, and are lost until it is told that they do again.', cause);
    }
    this.#lost = (this.#lost ?? 0) + spans;
  }
}
