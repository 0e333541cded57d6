// Switches that an address is asked for: the agent of AWS AppConfig beside this process, or anything that answers JSON.
//
//   { "webhooks": false }                        a document of one's own
//   { "webhooks": { "enabled": false } }         feature flags of AppConfig

/** What a switch document may have. */
const maximumBytes = 64 * 1024;

export interface SwitchSettings<Name extends string> {
  readonly url: string;
  readonly refreshMs: number;
  readonly timeoutMs: number;
  /** What counts for names that the document does not have, and until it was read. */
  readonly initial: Readonly<Record<Name, boolean>>;
  /** Is told of every change, and once of every problem until there is another one, or none. */
  report(what: string, cause?: unknown): void;
}

/**
 * Asks again and again. What was said last counts while there is no answer that can be understood; a document that is
 * wrong in one place is not believed at all.
 */
export class AskedSwitches<Name extends string> {
  readonly #settings: SwitchSettings<Name>;
  #now: Readonly<Record<Name, boolean>>;
  #problem = '';
  #timer: NodeJS.Timeout | undefined;
  readonly #stopping = new AbortController();

  private constructor(settings: SwitchSettings<Name>) {
    this.#settings = settings;
    this.#now = settings.initial;
  }

  /** Resolves when the first answer is there, or does not come in time. */
  static async start<Name extends string>(settings: SwitchSettings<Name>): Promise<AskedSwitches<Name>> {
    const switches = new AskedSwitches(settings);
    await switches.#ask();
    switches.#askLater();
    return switches;
  }

  isOn(name: Name): boolean {
    return this.#now[name];
  }

  stop(): void {
    this.#stopping.abort();
    clearTimeout(this.#timer);
  }

  #askLater(): void {
    if (this.#stopping.signal.aborted) return;
    this.#timer = setTimeout(async () => {
      await this.#ask();
      this.#askLater();
    }, this.#settings.refreshMs).unref();
  }

  async #ask(): Promise<void> {
    const { url, timeoutMs, initial, report } = this.#settings;
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#stopping.signal]);
      const response = await fetch(url, { signal, redirect: 'error' });
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      const next = { ...initial, ...switchesIn(await shortText(response), Object.keys(initial)) };
      const changed = (Object.keys(initial) as Name[]).filter((name) => next[name] !== this.#now[name]);
      this.#now = next;
      this.#problem = '';
      for (const name of changed) report(`The feature ${name} is ${next[name] ? 'on' : 'off'} now.`);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== this.#problem)
        report(`Features could not be read, those of before go on: ${problem}`, error);
      this.#problem = problem;
    }
  }
}

async function shortText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maximumBytes) throw new Error(`the document has more than ${maximumBytes} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Names that are not known are those of other releases, and left alone. */
function switchesIn(text: string, known: readonly string[]): Record<string, boolean> {
  const given: unknown = JSON.parse(text);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new Error('the document is not a JSON object');
  }
  return Object.fromEntries(
    Object.entries(given)
      .filter(([name]) => known.includes(name))
      .map(([name, value]) => [name, switchOf(name, value)]),
  );
}

function switchOf(name: string, value: unknown): boolean {
  const said: unknown =
    typeof value === 'object' && value !== null && 'enabled' in value ? value.enabled : value;
  if (typeof said === 'boolean') return said;
  throw new Error(`${name} is neither true nor false`);
}
