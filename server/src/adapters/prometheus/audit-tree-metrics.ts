import { Gauge, type Registry } from 'prom-client';
import { type AuditTree, treeState } from '../../core/audit/index.ts';

/** Gauges of the audit tree, and how to bring them up to date; without a value while the database does not answer. */
export function auditTreeMetrics(
  tree: Pick<AuditTree, 'head' | 'waiting' | 'checkpoint'>,
  now: () => Date,
  registers: Registry[],
): () => Promise<void> {
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames: [], registers });
  const size = gauge('assay_audit_tree_size', 'Audit entries in the Merkle tree.');
  const waiting = gauge(
    'assay_audit_tree_waiting',
    'Audit entries that are not in the tree yet; not more than a thousand are counted.',
  );
  const oldest = gauge(
    'assay_audit_tree_oldest_waiting_seconds',
    'Age of the oldest audit entry that is not in the tree yet; 0 when none waits.',
  );
  const signed = gauge('assay_audit_checkpoint_size', 'Audit entries that the latest checkpoint covers.');
  const signedAge = gauge('assay_audit_checkpoint_age_seconds', 'Age of the latest checkpoint.');
  const since = (at: Date) => Math.max(0, (now().getTime() - at.getTime()) / 1000);
  return async () => {
    const state = await treeState(tree).catch(() => null);
    for (const each of [size, waiting, oldest, signed, signedAge]) each.remove();
    if (state === null) return;
    size.set(state.size);
    waiting.set(state.waiting);
    oldest.set(state.oldestWaitingAt === null ? 0 : since(state.oldestWaitingAt));
    signed.set(state.checkpoint?.size ?? 0);
    if (state.checkpoint !== null) signedAge.set(since(state.checkpoint.at));
  };
}
