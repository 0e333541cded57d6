export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
  /** As it is now. */
  ms(): number;
}

/** Aborts when `limitMs`, which may grow in the meantime, has passed. */
export function timeLimit(limitMs: () => number, now: () => number = () => performance.now()): TimeLimit {
  const controller = new AbortController();
  const startedAt = now();
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const leftMs = limitMs() - (now() - startedAt);
    if (leftMs <= 0) controller.abort();
    else timer = setTimeout(look, Math.ceil(leftMs));
  };
  look();
  return { signal: controller.signal, ms: limitMs, [Symbol.dispose]: () => clearTimeout(timer) };
}
