// What may follow a cut-over, or come instead of it.
import type { RegistryMarks } from './ports.ts';
import { refused, type TransferPorts } from './sides.ts';

/**
 * Lets the source be written again. False when nothing forbade it. What was written to the target since it was cut
 * over stays there.
 */
export async function abandonTransfer({ marks }: { readonly marks: RegistryMarks }): Promise<boolean> {
  const mark = await marks.read();
  if (mark === null || mark.state === 'being-copied') return false;
  if (mark.state === 'being-filled')
    throw refused('These engines are the target of a transfer, not its source.');
  // The transfer may go on after a cut-over that was given up; one that has ended may not.
  await marks.write(mark.state === 'read-only' ? { ...mark, state: 'being-copied' } : null);
  return true;
}

/**
 * After the cut-over, when the source is not even read any more: stores at the target what reading has written into
 * the audit of the source since. Adds only; the target may be in use. Resolves with the number of entries.
 */
export async function carryLeftovers({
  source,
  target,
}: Pick<TransferPorts, 'source' | 'target'>): Promise<number> {
  if ((await source.marks.read())?.state !== 'moved') {
    throw refused('The source has not been cut over: there is nothing left over.');
  }
  const [from, to] = [source.transfer['audit-entry'], target.transfer['audit-entry']];
  let carried = 0;
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof from.read>> = await from.read(after, 200);
    const found = await to.match(page.records);
    const missing = page.records.filter((_, i) => found[i] === null);
    if (missing.length > 0) await to.put(missing);
    carried += missing.length;
    after = page.next;
  } while (after !== null);
  return carried;
}
