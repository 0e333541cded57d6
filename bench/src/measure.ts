import { spawn } from 'node:child_process';

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The smallest value that so large a share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

/**
 * Measures both in turn, so that what else the machine does hits both, after one run of each that does not count.
 * Medians of what the measurements give.
 */
export async function alternating(
  measurements: { ours: (run: number) => Promise<number>; theirs: (run: number) => Promise<number> },
  runs = 5,
): Promise<{ ours: number; theirs: number }> {
  const given: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let run = 0; run <= runs; run++) {
    const [ours, theirs] = [await measurements.ours(run), await measurements.theirs(run)];
    if (run === 0) continue;
    given.ours.push(ours);
    given.theirs.push(theirs);
  }
  return { ours: median(given.ours), theirs: median(given.theirs) };
}

/** Runs a program to its end and gives what it printed; throws when it failed. */
export async function outputOf(program: string, ...args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (piece) => output.push(piece));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return Buffer.concat(output).toString();
}
