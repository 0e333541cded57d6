import Type from 'typebox';
import { proveConsistency } from '../../../core/audit/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Hash, presentHash, TreeSize } from './tree-schema.ts';

export const proveConsistencyRoute = defineRoute({
  operation: 'audit.prove-consistency',
  method: 'GET',
  path: '/api/audit/consistency',
  description:
    'What shows that the log of `to` entries begins with that of `from` entries (RFC 9162, section 2.1.4): nothing of it ' +
    'was changed or removed in between.',
  query: Type.Object({ from: TreeSize, to: TreeSize }),
  answers: {
    200: Type.Object({
      from: Type.Integer(),
      to: Type.Integer(),
      fromRoot: Hash,
      toRoot: Hash,
      path: Type.Array(Hash),
    }),
  },
  handle: async (registry, { query: { from, to } }) => {
    const { fromRoot, toRoot, path } = await proveConsistency(registry, { from, to });
    return {
      from,
      to,
      fromRoot: presentHash(fromRoot),
      toRoot: presentHash(toRoot),
      path: path.map(presentHash),
    };
  },
});
