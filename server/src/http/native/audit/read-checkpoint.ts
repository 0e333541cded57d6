import Type from 'typebox';
import { readCheckpoint } from '../../../core/audit/index.ts';
import { defineRoute } from '../../define-route.ts';
import { CheckpointSchema, presentCheckpoint, TreeSize } from './tree-schema.ts';

export const readCheckpointRoute = defineRoute({
  operation: 'audit.read-checkpoint',
  method: 'GET',
  path: '/api/audit/checkpoint',
  description:
    'What the registry has signed about its audit log. Keep one elsewhere: it shows what is changed later.',
  query: Type.Object({
    size: Type.Optional({
      ...TreeSize,
      description: 'That of the tree of so many entries; default: the latest.',
    }),
  }),
  answers: { 200: CheckpointSchema },
  handle: async (registry, { query }) => presentCheckpoint(await readCheckpoint(registry, query.size)),
});
