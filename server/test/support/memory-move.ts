// A transfer between two registries in memory, in a time of its own.
import {
  beginTransfer,
  carryEverything,
  cutOver,
  type TransferPorts,
} from '../../src/core/transfer/index.ts';
import { randomness } from './samples.ts';
import {
  at,
  everythingIn,
  memoryJournal,
  memorySide,
  recordsOf,
  someRegistry,
  type TestSide,
} from './transfer-sides.ts';

export interface Moving {
  readonly source: TestSide;
  readonly target: TestSide;
  readonly ports: TransferPorts;
  readonly told: string[];
  /** What happens while the transfer pauses. */
  onPause: (ms: number) => Promise<void>;
}

export async function moving(given: { source?: TestSide; target?: TestSide } = {}): Promise<Moving> {
  const source = given.source ?? (await memorySide());
  const target = given.target ?? (await memorySide());
  if (given.source === undefined) await someRegistry(source);
  let now = at;
  const told: string[] = [];
  const made: Moving = {
    source,
    target,
    told,
    onPause: async () => {},
    ports: {
      clock: { now: () => now },
      randomness,
      source,
      target,
      journal: memoryJournal(),
      parallel: 3,
      tell: (line) => void told.push(line),
      pause: async (ms) => {
        now = new Date(now.getTime() + ms);
        await made.onPause(ms);
      },
    },
  };
  return made;
}

export async function carry({ ports }: Moving): Promise<void> {
  await carryEverything(ports, await beginTransfer(ports));
}

export async function finish({ ports }: Moving): Promise<void> {
  await cutOver(ports, await beginTransfer(ports), { settleMs: 1_000 });
}

/** What a source looks like once it has arrived. */
export async function arrived(source: TestSide): Promise<Record<string, unknown>> {
  const all = await everythingIn(source);
  const { content } = all as { content: Record<string, string> };
  const { 'incoming/open': _, ...carried } = content;
  const uploads = (await recordsOf(source, 'upload')).map((upload) =>
    upload.state === 'open'
      ? { ...upload, state: 'expired', receiving: { method: 'form' }, revision: upload.revision + 1 }
      : upload,
  );
  const jobs = (await recordsOf(source, 'job')).filter(({ kind }) => kind !== 'sweep-content');
  return { ...all, content: carried, upload: uploads, job: jobs };
}
