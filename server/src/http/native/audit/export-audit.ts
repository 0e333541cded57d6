import { Readable } from 'node:stream';
import Type from 'typebox';
import { exportTree } from '../../../core/audit/index.ts';
import { defineRoute } from '../../define-route.ts';
import { TreeSize } from './tree-schema.ts';

const Place = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

export const exportAuditRoute = defineRoute({
  operation: 'audit.export',
  method: 'GET',
  path: '/api/audit/export',
  description:
    'The entries of the log with all that it takes to verify them without the registry, as `assay audit verify` does: ' +
    'lines of JSON, described in docs/audit-log.md. `from` and `until` are places in the log, which has its entries in ' +
    'the order in which they came.',
  query: Type.Object({
    from: Type.Optional({ ...Place, description: 'The place of the first entry; default: 0.' }),
    until: Type.Optional({ ...Place, description: 'The place behind the last entry; default: all.' }),
    size: Type.Optional({
      ...TreeSize,
      description: 'With the checkpoint of this size; default: the latest.',
    }),
  }),
  answers: {
    200: Type.String({
      contentMediaType: 'application/x-ndjson',
      description: 'A line about the whole, one for each entry, and one that ends it.',
    }),
  },
  handle: async (registry, { query }, reply) => {
    const lines = await exportTree(registry, query);
    return reply
      .header('content-type', 'application/x-ndjson')
      .header('content-disposition', 'attachment; filename="audit.ndjson"')
      .header('cache-control', 'no-store')
      .send(Readable.from(lines, { objectMode: false, highWaterMark: 64 * 1024 }));
  },
});
