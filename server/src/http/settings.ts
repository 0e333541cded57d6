/** What the HTTP server wants to know; filled from the configuration by wiring.ts. */
export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  readonly trustedProxies: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly requestsPerMinute: number;
  readonly anonymousRequestsPerMinute: number;
  readonly transferIdleTimeoutMs: number;
}
