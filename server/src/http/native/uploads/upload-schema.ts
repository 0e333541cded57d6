import Type, { type Static } from 'typebox';
import type { PartAddress, PostForm } from '../../../core/content/index.ts';
import { packageKinds } from '../../../core/packages/index.ts';
import type { UploadProgress } from '../../../core/pipeline/index.ts';
import { type Upload, uploadStates } from '../../../core/uploads/index.ts';
import { Id, Nullable, Timestamp } from '../../schemas.ts';
import { Checked, presentChecked } from '../packages/report-schema.ts';

export const Kind = Type.Enum([...packageKinds]);

/** SHA-256 as people give it: hex of either case. */
export const Digest = Type.String({ pattern: '^[0-9a-fA-F]{64}$', description: 'SHA-256, in hex' });

const Part = Type.Object({ partNumber: Type.Integer(), sizeBytes: Type.Integer(), etag: Type.String() });

export const Address = Type.Object({
  partNumber: Type.Integer(),
  url: Type.String({ description: 'PUT the bytes of the part here; no token is needed.' }),
  expiresAt: Timestamp,
});

const Form = Type.Object({
  url: Type.String({ description: 'POST a multipart form here: all fields, then the content as `file`.' }),
  fields: Type.Record(Type.String(), Type.String()),
  expiresAt: Timestamp,
});

const Parts = Type.Object({
  sizeBytes: Type.Integer({ description: 'Of every part but the last, which has the rest.' }),
  count: Type.Integer(),
  received: Type.Array(Part),
  addresses: Type.Array(Address, { description: 'Of the first parts, when the upload begins.' }),
});

export const UploadSchema = Type.Object({
  id: Id,
  state: Type.Enum([...uploadStates]),
  kind: Kind,
  name: Type.String(),
  version: Type.String(),
  fileName: Type.String(),
  contentType: Type.String(),
  sizeBytes: Nullable(Type.Integer()),
  digest: Nullable(Type.String({ description: 'As declared.' })),
  createdAt: Timestamp,
  expiresAt: Timestamp,
  method: Type.Enum(['form', 'parts', 'stream']),
  form: Type.Optional(Form),
  parts: Type.Optional(Parts),
  packageId: Nullable(Id),
  versionId: Nullable(Id),
  outcome: Type.Optional(
    Type.Object(
      {
        state: Type.String({ description: 'Of the version: `pending` while it is checked.' }),
        reason: Nullable(Type.String()),
        digest: Nullable(Type.String()),
        report: Nullable(Checked),
      },
      { description: 'What became of the content, once the upload is completed.' },
    ),
  ),
});

type PresentedUpload = Static<typeof UploadSchema>;

export function presentUpload(
  upload: Upload,
  more: { form?: PostForm; addresses?: readonly PartAddress[]; progress?: UploadProgress } = {},
): PresentedUpload {
  const { receiving } = upload;
  return {
    id: upload.id,
    state: upload.state,
    kind: upload.kind,
    name: upload.packageName,
    version: upload.label,
    fileName: upload.fileName,
    contentType: upload.contentType,
    sizeBytes: upload.sizeBytes,
    digest: upload.declaredDigest,
    createdAt: upload.createdAt.toISOString(),
    expiresAt: upload.expiresAt.toISOString(),
    method: receiving.method,
    packageId: upload.packageId,
    versionId: upload.versionId,
    ...(more.form && { form: { ...more.form, expiresAt: more.form.expiresAt.toISOString() } }),
    ...(receiving.method === 'parts' && {
      parts: {
        sizeBytes: receiving.partSizeBytes,
        count: receiving.partCount,
        received: [...(more.progress?.parts ?? [])],
        addresses: (more.addresses ?? []).map(presentAddress),
      },
    }),
    ...outcomeOf(more.progress),
  };
}

export function presentAddress(address: PartAddress): Static<typeof Address> {
  return { ...address, expiresAt: address.expiresAt.toISOString() };
}

function outcomeOf(progress: UploadProgress | undefined): Pick<PresentedUpload, 'outcome'> {
  if (progress?.version == null) return {};
  const { version, report } = progress;
  const { state, reason, digest } = version;
  return { outcome: { state, reason, digest, report: report && presentChecked(report) } };
}
