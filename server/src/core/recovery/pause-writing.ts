import type { Clock, Randomness } from '../clock.ts';
import { RegistryError } from '../errors.ts';
import { isStanding, pauseLapsesMs, type RegistryMarks, writableForMs } from '../transfer/index.ts';

export interface PausePorts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly marks: RegistryMarks;
  readonly pause: (ms: number) => Promise<void>;
}

/** How often a pause is renewed, so that a few that fail do not end it. */
const renewedEveryMs = 5_000;
const askedEveryMs = 250;

/**
 * Does the work while nobody writes the registry, for at most `limitMs`. `settleMs`: what a write may take that had begun
 * before. Whatever becomes of this process, the registry is written again half a minute later. Rejects with
 * `unavailable` when the pause could not be held until the work was done: then it was for nothing.
 */
export async function pausingWriting<T>(
  ports: PausePorts,
  { settleMs, limitMs }: { readonly settleMs: number; readonly limitMs: number },
  work: () => Promise<T>,
): Promise<T> {
  const { clock, marks } = ports;
  await untilNobodyElseDoes(ports);
  const begunMs = clock.now().getTime();
  const transferId = ports.randomness.id();
  const renew = async () => {
    const since = clock.now();
    await marks.write({ state: 'paused', transferId, since });
    return since.getTime();
  };
  let renewedMs = await renew();
  const held = () => clock.now().getTime() - renewedMs < pauseLapsesMs - renewedEveryMs;
  let ended = false;
  let wasHeld = true;
  const renewing = (async () => {
    while (!ended) {
      await ports.pause(askedEveryMs);
      if (ended || clock.now().getTime() - renewedMs < renewedEveryMs) continue;
      wasHeld &&= held();
      if (clock.now().getTime() - begunMs > limitMs) return;
      renewedMs = await renew().catch(() => renewedMs);
    }
  })();
  try {
    await ports.pause(writableForMs + settleMs);
    const done = await work();
    if (wasHeld && held()) return done;
    throw new RegistryError(
      'unavailable',
      'The registry could not be kept from being written for long enough.',
    );
  } finally {
    ended = true;
    await renewing;
    if ((await marks.read())?.transferId === transferId) await marks.write(null);
  }
}

/** A pause of a process that was killed lapses; one that is renewed does not. */
async function untilNobodyElseDoes({ clock, marks, pause }: PausePorts): Promise<void> {
  const untilMs = clock.now().getTime() + pauseLapsesMs + renewedEveryMs;
  for (;;) {
    const mark = await marks.read();
    if (!isStanding(mark, clock.now())) return;
    if (mark.state !== 'paused' || clock.now().getTime() > untilMs) {
      throw new RegistryError(
        'state-conflict',
        'The registry is being moved, or another backup of it is being taken.',
      );
    }
    await pause(500);
  }
}
