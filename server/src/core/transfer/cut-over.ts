// The end of a transfer: the source is not written any more, the rest is carried, and both sides are compared until
// nothing differs. Killed at any point and called again it goes on, and ends the same.
import type { DailyCount } from '../audit/index.ts';
import { carryAllContent, carryKind, carrySecrets, tellContent, tellKind } from './carry-everything.ts';
import { recordKinds, type Settled } from './kinds.ts';
import type { RegistryMark } from './ports.ts';
import { writableForMs } from './read-only.ts';
import { canonicalText } from './same-records.ts';
import { refused, type Transfer, type TransferPorts } from './sides.ts';

/** What differs after so many passes, with nobody writing, will not become the same by another. */
const maximumPasses = 5;

const askJobsAgainMs = 500;

/**
 * `settleMs`: how long a write may take that had begun when the source became read-only. Throws `state-conflict` when
 * the two sides cannot be made the same; the source stays read-only then, until it is tried again or abandoned.
 */
export async function cutOver(
  ports: TransferPorts,
  transfer: Transfer,
  { settleMs }: { readonly settleMs: number },
): Promise<void> {
  const mark = await makeReadOnly(ports, transfer);
  ports.tell(`The source is read-only since ${mark.since.toISOString()}.`);
  await ports.pause(writableForMs + settleMs);
  await runningJobsEnd(ports);
  // What was written until now was begun before the mark; what is written from now on, reading writes.
  const since = ports.clock.now();
  await carrySecrets(ports);
  if (transfer.movesRecords) await recordsAreTheSame(ports, since);
  if (transfer.movesContent) await contentIsTheSame(ports);
  // In this order: begun again in between, it still finds a target that belongs to it.
  if (!transfer.movesRecords) return;
  await ports.source.marks.write({ ...mark, state: 'moved' });
  await ports.target.marks.write(null);
}

async function makeReadOnly({ clock, source }: TransferPorts, transfer: Transfer): Promise<RegistryMark> {
  if (transfer.source.state !== 'being-copied') return transfer.source;
  const mark = { ...transfer.source, state: 'read-only', since: clock.now() } as const;
  await source.marks.write(mark);
  return mark;
}

async function runningJobsEnd({ clock, source, pause, tell }: TransferPorts): Promise<void> {
  for (let told = false; ; told = true) {
    const running = await runningJobs();
    if (running === 0) return;
    if (!told) tell(`Waiting for ${running} running jobs to end.`);
    await pause(askJobsAgainMs);
  }

  async function runningJobs(): Promise<number> {
    let running = 0;
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof source.transfer.job.read>> = await source.transfer.job.read(
        after,
        200,
      );
      // The worker of one whose lease has run out is no more.
      running += page.records.filter(
        (job) => job.leasedUntil !== null && job.leasedUntil > clock.now(),
      ).length;
      after = page.next;
    } while (after !== null);
    return running;
  }
}

async function recordsAreTheSame(ports: TransferPorts, since: Date): Promise<void> {
  for (const kind of recordKinds) {
    const settled: Settled = { since, now: ports.clock.now() };
    let outcome = await carryKind(ports, kind, settled);
    for (let passes = 1; !outcome.same && passes < maximumPasses; passes++) {
      tellKind(ports, outcome);
      outcome = await carryKind(ports, kind, settled);
    }
    tellKind(ports, outcome);
    if (!outcome.same) throw refused(`Records of the kind ${kind} are not the same on both sides.`);
  }
  await dailyCountsAreTheSame(ports, since);
}

async function contentIsTheSame(ports: TransferPorts): Promise<void> {
  for (let passes = 0; passes < maximumPasses; passes++) {
    const outcome = await carryAllContent(ports);
    tellContent(ports, outcome);
    if (outcome.same) return;
    if (outcome.damaged.length > 0)
      throw refused(`Content is damaged at the source: ${outcome.damaged.join(', ')}.`);
  }
  throw refused('The content is not the same on both sides.');
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const daysAtOnce = 366;
/** Of the years before there was a registry. */
const firstDay = new Date('2020-01-01T00:00:00Z');

/**
 * Engines keep these counts themselves, beside the entries. Those of the last day go on while the source is read; what
 * was read shortly before midnight may be noted shortly after.
 */
async function dailyCountsAreTheSame({ source, target, tell }: TransferPorts, since: Date): Promise<void> {
  const lastDay = new Date(new Date(since.getTime() - hourMs).toISOString().slice(0, 10));
  let days = 0;
  for (let from = firstDay; from < lastDay; from = later(from, lastDay)) {
    const filter = { from, until: later(from, lastDay) };
    const [here, there]: (readonly DailyCount[])[] = await Promise.all([
      source.audit.countByDay(filter),
      target.audit.countByDay(filter),
    ]);
    if (canonicalText(here) !== canonicalText(there)) {
      throw refused(`What the audit counts from ${from.toISOString()} on is not the same on both sides.`);
    }
    days += here?.length ?? 0;
  }
  if (days > 0) tell(`audit counts: ${days} by day and operation, the same`);
}

function later(from: Date, last: Date): Date {
  return new Date(Math.min(from.getTime() + daysAtOnce * dayMs, last.getTime()));
}
