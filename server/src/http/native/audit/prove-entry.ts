import Type from 'typebox';
import { proveEntry } from '../../../core/audit/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams, Nullable } from '../../schemas.ts';
import { CheckpointSchema, Hash, presentCheckpoint, presentHash, TreeSize } from './tree-schema.ts';

export const proveEntryRoute = defineRoute({
  operation: 'audit.prove-entry',
  method: 'GET',
  path: '/api/audit/entries/:id/proof',
  description:
    'What shows that an entry is in the log: hash `leafHash` with each of `path` (RFC 9162, section 2.1.3), and you have ' +
    'the root in the checkpoint. An entry gets there within minutes.',
  params: IdParams,
  query: Type.Object({
    size: Type.Optional({
      ...TreeSize,
      description: 'Prove it towards the checkpoint of this size; default: the latest.',
    }),
  }),
  answers: {
    200: Type.Object({
      entryId: Type.String(),
      index: Type.Integer({ description: 'The place of the entry, from 0 on.' }),
      leafHash: Hash,
      leaf: Nullable(
        Type.String({
          description:
            'The entry in canonical JSON (RFC 8785), whose hash that is. Null, but for administrators, where it has what ' +
            'the gate has decided by.',
        }),
      ),
      path: Type.Array(Hash, { description: 'From the leaf up.' }),
      checkpoint: CheckpointSchema,
    }),
  },
  subject: ({ id = '' }) => ({ kind: 'audit-entry', id }),
  handle: async (registry, { caller, params, query }) => {
    const proof = await proveEntry(registry, caller, { entryId: params.id, size: query.size });
    return {
      ...proof,
      leafHash: presentHash(proof.leafHash),
      path: proof.path.map(presentHash),
      checkpoint: presentCheckpoint(proof.checkpoint),
    };
  },
});
