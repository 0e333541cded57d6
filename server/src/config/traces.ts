import { type Field, flag, integer, text, type Values } from './fields.ts';

type Header = readonly [name: string, value: string];

/** `Authorization=Basic%20dXNlcg==,x-team=a`: as hosted collectors write what is to be sent to them. */
function parseHeaders(given: string): readonly Header[] | undefined {
  const headers: Header[] = [];
  for (const pair of given.split(',')) {
    const [, name, value] = /^\s*([!#$%&'*+\-.^_`|~\w]+)=([\x20-\x7e]+?)\s*$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) return undefined;
    try {
      headers.push([name, decodeURIComponent(value)]);
    } catch {
      return undefined;
    }
  }
  return headers.some(([, value]) => /[^\x20-\x7e]/.test(value)) ? undefined : headers;
}

const headers: Field<readonly Header[]> = {
  variable: 'ASSAY_TRACES_HEADERS',
  meaning:
    'What hosted collectors want to be sent with every request, such as a key: `name=value`, separated by commas. What else a value has of commas and percent signs is percent-encoded.',
  default: [],
  unit: '',
  rule: '`name=value` pairs separated by commas',
  secret: true,
  parse: parseHeaders,
};

/** Only these count: variables that begin with OTEL_ are not read. */
export const traceFields = {
  endpoint: text({
    variable: 'ASSAY_TRACES_ENDPOINT',
    meaning:
      'Where traces are sent to by OTLP over HTTP, as JSON: the whole address, `http://localhost:4318/v1/traces` for a collector on this machine. Empty: nothing is traced. Variables that begin with OTEL_ are not read.',
    default: '',
    rule: 'an http or https URL without a password',
    pattern: /^$|^https?:\/\/[^\s/@]+(\/[^\s]*)?$/,
  }),
  headers,
  serviceName: text({
    variable: 'ASSAY_TRACES_SERVICE_NAME',
    meaning: 'What this registry is called in traces.',
    default: 'assay',
    rule: 'a name of 1 to 100 characters',
    pattern: /^[\w.:/-]{1,100}$/,
  }),
  keptPercent: integer({
    variable: 'ASSAY_TRACES_KEPT_PERCENT',
    meaning: 'How many of a hundred traces that begin here are kept.',
    default: 100,
    unit: '%',
    minimum: 0,
    maximum: 100,
  }),
  followClients: flag({
    variable: 'ASSAY_TRACES_FOLLOW_CLIENTS',
    meaning:
      'Whether a request with a `traceparent` continues the trace of its client, who then decides whether it is kept. `false`: it begins one of its own, with a link to the other.',
    default: true,
  }),
  timeoutMs: integer({
    variable: 'ASSAY_TRACES_TIMEOUT_MS',
    meaning:
      'How long the collector may take to answer, when the program stops also. What it has not taken by then is lost.',
    default: 3_000,
    unit: 'ms',
    minimum: 100,
    maximum: 30_000,
  }),
};

export type TracesConfig = Values<typeof traceFields>;
