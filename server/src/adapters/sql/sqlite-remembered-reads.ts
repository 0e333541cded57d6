import type { DatabaseSync } from 'node:sqlite';

/**
 * Remembers what was read, for exactly as long as nobody has changed the database since, in this process or in another
 * one: SQLite tells by its `data_version`, which costs a third of a keyed read. What is asked with every request is asked
 * through this.
 */
export class RememberedReads {
  readonly #version: () => unknown;
  readonly #maximum: number;
  readonly #answers: Map<string, Promise<unknown>>[] = [];
  #seen: unknown;
  #isFresh = false;
  readonly #growOld = () => {
    this.#isFresh = false;
  };

  /**
   * `reader`: a connection that never writes, since it is not told of what it has written itself. `maximum`: answers
   * remembered of each kind; when there are more, the oldest goes.
   */
  constructor(reader: DatabaseSync, maximum = 1_000) {
    this.#maximum = maximum;
    const statement = reader.prepare('PRAGMA data_version');
    this.#version = () => statement.get()?.data_version;
  }

  /** `read`, asked only when it has not answered the same key since the last change. Its answers must not be changed. */
  remembering<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
    const answers = new Map<string, Promise<T>>();
    this.#answers.push(answers);
    return (key) => {
      this.#forgetWhenChanged();
      const remembered = answers.get(key);
      if (remembered !== undefined) return remembered;
      const answer = read(key);
      answers.set(key, answer);
      if (answers.size > this.#maximum) answers.delete(oldestOf(answers));
      answer.catch(() => answers.delete(key));
      return answer;
    };
  }

  /**
   * One look is good for what runs together with it. Whatever could have heard of a later change runs after the microtask
   * that is queued here: what waits for a commit of this process is queued behind it, and no request arrives in between.
   */
  #forgetWhenChanged(): void {
    if (this.#isFresh) return;
    this.#isFresh = true;
    queueMicrotask(this.#growOld);
    const version = this.#version();
    if (version === this.#seen) return;
    this.#seen = version;
    for (const answers of this.#answers) answers.clear();
  }
}

function oldestOf(answers: ReadonlyMap<string, unknown>): string {
  const [oldest = ''] = answers.keys();
  return oldest;
}
