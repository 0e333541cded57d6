import { type AuditTree, treeState } from '../audit/index.ts';
import type { Component, HealthIssue, Observation } from './component.ts';
import { statusFrom } from './component.ts';
import { MostPerMinute } from './minutes.ts';

/** Longer than the slowest engine takes to give out what waits, and some passes. */
const behindAfterMs = 600_000;

/**
 * The tree over the audit entries as a component: entries must not wait for it for long, nor it for a checkpoint, which is
 * not signed when the tree does not begin with what was signed before. Nor must it be shorter than what was signed: that
 * comes of a change where it is stored, or of a backup of the wrong moment.
 */
export function auditTreeComponent(
  tree: Pick<AuditTree, 'head' | 'waiting' | 'checkpoint'>,
  { checkpointEveryMs }: { readonly checkpointEveryMs: number },
): Component {
  const waitingMost = new MostPerMinute();
  return {
    id: 'audit-tree',
    title: 'Audit tree',
    description: 'Makes changes of the audit log show.',
    logs: [{ label: 'The latest checkpoint', url: '/api/audit/checkpoint' }],
    async observe(now: Date, windowMinutes: number): Promise<Observation> {
      const { size, waiting, oldestWaitingAt, checkpoint } = await treeState(tree);
      waitingMost.note(waiting, now);
      const waitingMs = oldestWaitingAt === null ? 0 : now.getTime() - oldestWaitingAt.getTime();
      const unsigned = size - (checkpoint?.size ?? 0);
      const signedMs = now.getTime() - (checkpoint?.at.getTime() ?? 0);
      const issues = [
        ...(unsigned < 0 ? [shorter(-unsigned)] : []),
        ...(waitingMs > behindAfterMs ? [behind(waiting, waitingMs)] : []),
        ...(unsigned > 0 && signedMs > checkpointEveryMs + behindAfterMs ? [overdue(unsigned)] : []),
      ];
      return {
        status: statusFrom(issues),
        metrics: { size, waiting, oldestWaitingSeconds: Math.max(0, Math.round(waitingMs / 1000)), unsigned },
        issues,
        timeline: waitingMost.timeline('entries', windowMinutes, now),
      };
    },
  };
}

function shorter(entries: number): HealthIssue {
  const summary = `The audit tree lacks the last ${entries} entries that its latest checkpoint covers.`;
  return { code: 'audit-tree-shorter', severity: 'error', summary };
}

function behind(waiting: number, waitingMs: number): HealthIssue {
  const minutes = Math.floor(waitingMs / 60_000);
  const summary = `${waiting} audit entries are not in the tree yet, the oldest of ${minutes} minutes ago; a worker puts them there.`;
  return { code: 'audit-tree-behind', severity: 'warning', summary };
}

function overdue(unsigned: number): HealthIssue {
  const summary = `No checkpoint covers the last ${unsigned} entries of the audit tree; the log of the workers has the reason.`;
  return { code: 'audit-checkpoint-overdue', severity: 'warning', summary };
}
