import { integer, type Values } from './fields.ts';

export const auditFields = {
  treeEveryMs: integer({
    variable: 'ASSAY_AUDIT_TREE_EVERY_MS',
    meaning:
      'How often a process with a worker looks for audit entries that are not in the Merkle tree over them yet.',
    default: 2_000,
    unit: 'ms',
    minimum: 50,
    maximum: 600_000,
  }),
  checkpointEveryMs: integer({
    variable: 'ASSAY_AUDIT_CHECKPOINT_EVERY_MS',
    meaning: 'The tree is signed when its last checkpoint is so old, if there are entries behind it …',
    default: 60_000,
    unit: 'ms',
    minimum: 0,
    maximum: 86_400_000,
  }),
  checkpointEntries: integer({
    variable: 'ASSAY_AUDIT_CHECKPOINT_ENTRIES',
    meaning: '… and when there are so many entries behind it.',
    default: 10_000,
    minimum: 1,
    maximum: 10_000_000,
  }),
};

export type AuditConfig = Values<typeof auditFields>;
