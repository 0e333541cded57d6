/** The minute of one client, which begins with its first request. */
export interface Window {
  requests: number;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
}

const windowMs = 60_000;

/** How many requests each client has made in its minute. */
export class RequestWindows {
  /** In the order of their ends. */
  readonly #windows = new Map<string, Window>();
  readonly #maximum: number;

  /** `maximum`: clients remembered; when there are more, those whose minute ends first start anew. */
  constructor(maximum = 20_000) {
    this.#maximum = maximum;
  }

  /** Counts one more. */
  count(client: string, now: number): Window {
    const present = this.find(client, now);
    if (present !== undefined) {
      present.requests += 1;
      return present;
    }
    const window = { requests: 1, endsAt: now + windowMs };
    this.remember(client, window);
    return window;
  }

  /** Undefined for a client that has made no request within the last minute. */
  find(client: string, now: number): Window | undefined {
    const window = this.#windows.get(client);
    // Whoever sets the clock back makes no minute longer.
    return window === undefined || now >= window.endsAt || now < window.endsAt - windowMs
      ? undefined
      : window;
  }

  /** The window is found under this name, too. */
  remember(client: string, window: Window): void {
    this.#windows.delete(client);
    this.#windows.set(client, window);
    if (this.#windows.size <= this.#maximum) return;
    for (const first of this.#windows.keys()) {
      this.#windows.delete(first);
      return;
    }
  }
}
