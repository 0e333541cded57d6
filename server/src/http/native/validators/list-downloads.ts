import Type, { type Static } from 'typebox';
import { type DownloadRecord, listDownloads } from '../../../core/gate/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id, IdParams, Nullable, PageOf, PageQuery, presentPage, Timestamp } from '../../schemas.ts';

const Outcome = Type.Enum(['succeeded', 'denied', 'failed']);

const DownloadRecordSchema = Type.Object({
  id: Type.String(),
  at: Timestamp,
  user: Nullable(Type.Object({ id: Id, name: Type.String() })),
  version: Nullable(Type.String({ description: 'Null where it was refused before the version was known.' })),
  path: Nullable(Type.String({ description: 'Of a file inside that was read; null: the whole version.' })),
  outcome: Outcome,
  reason: Nullable(Type.String()),
  validator: Nullable(
    Type.Object({
      version: Type.Integer({ description: 'Which version of the validator decided.' }),
      cause: Type.String(),
      elapsedMs: Type.Integer(),
      diagnostics: Type.Optional(Type.String({ description: 'What the script has complained of.' })),
    }),
  ),
});

export const listPackageDownloadsRoute = defineRoute({
  operation: 'package.list-downloads',
  method: 'GET',
  path: '/api/packages/:id/downloads',
  description:
    'Who had the content of a sensitive package, or wanted it, when, and why they got it or did not; the newest first. For ' +
    'those who maintain the package; administrators read it of every package.',
  params: IdParams,
  query: Type.Object({
    ...PageQuery,
    user: Type.Optional(Id),
    outcome: Type.Optional(Outcome),
    from: Type.Optional(Timestamp),
    until: Type.Optional(Timestamp),
  }),
  answers: { 200: PageOf(DownloadRecordSchema) },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params, query }) => {
    const asked = {
      ...query,
      userId: query.user,
      from: query.from === undefined ? undefined : new Date(query.from),
      until: query.until === undefined ? undefined : new Date(query.until),
    };
    return presentPage(await listDownloads(registry, caller, params.id, asked), presentDownloadRecord);
  },
});

function presentDownloadRecord(record: DownloadRecord): Static<typeof DownloadRecordSchema> {
  const { id, at, user, versionLabel, path, outcome, reason, validator } = record;
  return {
    id,
    at: at.toISOString(),
    user: user && { id: user.userId, name: user.userName },
    version: versionLabel,
    path,
    outcome,
    reason,
    validator: validator && { ...validator },
  };
}
