import Type from 'typebox';
import { RegistryError } from '../../../core/errors.ts';
import { downloadVersion } from '../../../core/gate/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams, Timestamp } from '../../schemas.ts';
import { Envelope, presentEnvelope } from './hallmark-schema.ts';
import { VersionQuery } from './package-schema.ts';

const DownloadSchema = Type.Object({
  url: Type.String({ description: 'GET it without a token; takes Range.' }),
  expiresAt: Timestamp,
  sizeBytes: Type.Integer(),
  digest: Type.String(),
  version: Type.String(),
  reason: Type.String({ description: 'Why the gate let it pass.' }),
  receipt: Type.Optional(Envelope),
});

export const downloadVersionRoute = defineRoute({
  operation: 'version.download',
  method: 'GET',
  path: '/api/packages/:id/download',
  description: 'The gate decides; the decision is audited. Answers an address, or redirects to it.',
  params: IdParams,
  query: Type.Object({
    ...VersionQuery,
    redirect: Type.Boolean({ default: false, description: 'Answer 302 to the address.' }),
    receipt: Type.Boolean({ default: false, description: 'With a signed receipt of the decision.' }),
  }),
  answers: { 200: DownloadSchema, 302: Type.Null() },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params, query }, reply) => {
    if (query.redirect && query.receipt) {
      throw new RegistryError(
        'invalid-request',
        'A redirect has no room for a receipt: ask for one of both.',
      );
    }
    const asked = { packageId: params.id, label: query.version, receipt: query.receipt };
    const { label, expiresAt, receipt, ...download } = await downloadVersion(registry, caller, asked);
    reply.header('cache-control', 'no-store');
    if (query.redirect) return reply.redirect(download.url);
    return {
      ...download,
      version: label,
      expiresAt: expiresAt.toISOString(),
      ...(receipt !== null && { receipt: presentEnvelope(receipt) }),
    };
  },
});
