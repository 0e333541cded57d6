import { SystemClock } from '../adapters/system/clock.ts';
import type { RecordsEngine } from '../core/engine.ts';
import { requireComplete, WriteGuard } from '../core/transfer/index.ts';

/**
 * The same engines, not written while their registry is cut over to others: requests are refused then, and jobs wait,
 * except those that run. Rejects while the engines are the target of such a transfer.
 */
export async function servable<
  E extends { readonly requests: RecordsEngine; readonly worker: RecordsEngine },
>(engines: E): Promise<E> {
  const { requests, worker } = engines;
  await requireComplete(requests.marks);
  const guard = new WriteGuard({ clock: new SystemClock(), marks: requests.marks });
  return {
    ...engines,
    requests: { ...requests, commit: guard.commit(requests.commit) },
    worker: { ...worker, jobs: guard.jobs(worker.jobs), auditTree: guard.tree(worker.auditTree) },
  };
}
