/** What the HTTP server wants to know; filled from the configuration by wiring.ts. */
export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  readonly trustedProxies: readonly string[];
  /** Where trusted proxies say where a request came from, if not in X-Forwarded-For; empty: nowhere. */
  readonly clientAddressHeader: string;
  readonly corsOrigins: readonly string[];
  readonly requestsPerMinute: number;
  readonly anonymousRequestsPerMinute: number;
  readonly transferIdleTimeoutMs: number;
}
