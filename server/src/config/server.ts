import { choice, integer, list, text, type Values } from './fields.ts';

export const serverFields = {
  host: text({
    variable: 'ASSAY_HOST',
    meaning: 'The network address to listen on. `0.0.0.0` listens on all; put TLS in front then.',
    default: '127.0.0.1',
  }),
  port: integer({
    variable: 'ASSAY_PORT',
    meaning: 'The port to listen on; 0 takes a free one.',
    default: 8080,
    minimum: 0,
    maximum: 65_535,
  }),
  publicUrl: text({
    variable: 'ASSAY_PUBLIC_URL',
    meaning:
      'How clients reach the registry, when it is not by the address it listens on; part of every address it hands out.',
    default: '',
    rule: 'an http or https URL without a path',
    pattern: /^$|^https?:\/\/[^/?#\s]+$/,
  }),
  trustedProxies: list({
    variable: 'ASSAY_TRUSTED_PROXIES',
    meaning:
      'Addresses or CIDR ranges of proxies whose X-Forwarded-For is believed. Empty: nobody’s, the connection’s own address counts.',
    default: [],
  }),
  clientAddressHeader: text({
    variable: 'ASSAY_CLIENT_ADDRESS_HEADER',
    meaning:
      'A header in which those proxies say where a request came from, where X-Forwarded-For does not: `cf-connecting-ip`. They must overwrite what clients send in it, by an address and nothing else. Empty: none.',
    default: '',
    rule: 'the name of a header, in lower case',
    pattern: /^$|^[a-z0-9-]{1,64}$/,
  }),
  corsOrigins: list({
    variable: 'ASSAY_CORS_ORIGINS',
    meaning: 'Origins whose pages may call the API from a browser; `*` for every one. Empty: none.',
    default: [],
  }),
  requestsPerMinute: integer({
    variable: 'ASSAY_REQUESTS_PER_MINUTE',
    meaning:
      'Requests a minute that one token may make; part uploads and downloads at signed addresses do not count.',
    default: 6_000,
    minimum: 1,
    maximum: 10_000_000,
  }),
  anonymousRequestsPerMinute: integer({
    variable: 'ASSAY_ANONYMOUS_REQUESTS_PER_MINUTE',
    meaning: 'Requests a minute that one network address may make without a token.',
    default: 600,
    minimum: 1,
    maximum: 10_000_000,
  }),
  transferIdleTimeoutMs: integer({
    variable: 'ASSAY_TRANSFER_IDLE_TIMEOUT_MS',
    meaning:
      'How long nothing may move on a connection that sends or receives content before it is cut. A transfer as a whole may take as long as it likes.',
    default: 60_000,
    unit: 'ms',
    minimum: 100,
    maximum: 3_600_000,
  }),
  shutdownTimeoutMs: integer({
    variable: 'ASSAY_SHUTDOWN_TIMEOUT_MS',
    meaning: 'How long each phase of stopping may take before the next one begins regardless.',
    default: 10_000,
    unit: 'ms',
    minimum: 100,
    maximum: 600_000,
  }),
  logLevel: choice({
    variable: 'ASSAY_LOG_LEVEL',
    meaning: 'The least important messages that are logged.',
    default: 'info',
    of: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
  }),
  logFormat: choice({
    variable: 'ASSAY_LOG_FORMAT',
    meaning:
      '`json`: a JSON object a line, for machines. `auto`: the same, unless standard output is a terminal.',
    default: 'auto',
    of: ['auto', 'json', 'text'],
  }),
};

export type ServerConfig = Values<typeof serverFields>;
