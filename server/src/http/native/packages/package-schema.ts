import Type, { type Static } from 'typebox';
import {
  mostGroups,
  type Package,
  packageStates,
  type Version,
  versionStates,
  visibilities,
} from '../../../core/packages/index.ts';
import { Id, Nullable, Timestamp } from '../../schemas.ts';
import { Kind } from '../uploads/upload-schema.ts';

const Groups = Type.Array(Id, { maxItems: mostGroups });

const accessProperties = {
  visibility: Type.Enum([...visibilities], {
    description:
      'Who sees the package beside those who maintain it and administrators: everybody, members of `visibleTo`, or nobody.',
  }),
  visibleTo: Type.Array(Id, { description: 'Groups; without effect unless `visibility` is `groups`.' }),
  sensitive: Type.Boolean({
    description: 'Whether its content is only for those who maintain it and for members of `allowedGroups`.',
  }),
  allowedGroups: Type.Array(Id, { description: 'Groups; without effect unless it is sensitive.' }),
};

/** The same as it is given; what is left out stays, or is as in a package that everybody sees and may have. */
export const GivenAccess = {
  visibility: Type.Optional(accessProperties.visibility),
  visibleTo: Type.Optional(Groups),
  sensitive: Type.Optional(accessProperties.sensitive),
  allowedGroups: Type.Optional(Groups),
};

export const PackageSchema = Type.Object({
  id: Id,
  kind: Kind,
  name: Type.String(),
  title: Type.String(),
  description: Type.String(),
  owner: Type.Object({ id: Id, name: Type.String() }),
  groupId: Nullable(Id),
  ...accessProperties,
  state: Type.Enum([...packageStates]),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  latest: Nullable(Type.Object({ versionId: Id, version: Type.String() })),
});

export function presentPackage(pkg: Package): Static<typeof PackageSchema> {
  return {
    id: pkg.id,
    kind: pkg.kind,
    name: pkg.name,
    title: pkg.title,
    description: pkg.description,
    owner: { id: pkg.ownerId, name: pkg.ownerName },
    groupId: pkg.groupId,
    visibility: pkg.visibility,
    visibleTo: [...pkg.visibleTo],
    sensitive: pkg.sensitive,
    allowedGroups: [...pkg.allowedGroups],
    state: pkg.state,
    createdAt: pkg.createdAt.toISOString(),
    updatedAt: pkg.updatedAt.toISOString(),
    latest: pkg.latest && { versionId: pkg.latest.versionId, version: pkg.latest.label },
  };
}

export const VersionSchema = Type.Object({
  id: Id,
  packageId: Id,
  version: Type.String(),
  state: Type.Enum([...versionStates]),
  fileName: Type.String(),
  contentType: Type.String(),
  sizeBytes: Type.Integer(),
  digest: Nullable(Type.String()),
  uploadedBy: Type.Object({ id: Id, name: Type.String() }),
  createdAt: Timestamp,
  decidedAt: Nullable(Timestamp),
  publishedAt: Nullable(Timestamp),
  review: Nullable(
    Type.Object({
      since: Timestamp,
      approval: Nullable(
        Type.Object({
          by: Type.Object({ id: Id, name: Type.String() }),
          at: Timestamp,
          reason: Type.String(),
        }),
      ),
    }),
  ),
  reason: Nullable(Type.String({ description: 'Why it is yanked, quarantined, released, …' })),
  license: Type.String(),
  summary: Type.String(),
});

export function presentVersion(version: Version): Static<typeof VersionSchema> {
  return {
    id: version.id,
    packageId: version.packageId,
    version: version.label,
    state: version.state,
    fileName: version.fileName,
    contentType: version.contentType,
    sizeBytes: version.sizeBytes,
    digest: version.digest,
    uploadedBy: { id: version.uploadedBy.userId, name: version.uploadedBy.userName },
    createdAt: version.createdAt.toISOString(),
    decidedAt: version.decidedAt?.toISOString() ?? null,
    publishedAt: version.publishedAt?.toISOString() ?? null,
    review: presentReview(version.review),
    reason: version.reason,
    license: version.license,
    summary: version.summary,
  };
}

function presentReview(review: Version['review']) {
  if (review === null) return null;
  const { since, approval } = review;
  return {
    since: since.toISOString(),
    approval: approval && {
      by: { id: approval.userId, name: approval.userName },
      at: approval.at.toISOString(),
      reason: approval.reason,
    },
  };
}

export const LabelParams = Type.Object({ id: Id, version: Type.String({ maxLength: 120 }) });

/** Which version is meant; the latest published one when left out. */
export const VersionQuery = {
  version: Type.Optional(Type.String({ maxLength: 120, description: 'A label; left out: the latest.' })),
};

export const Reason = Type.Object(
  { reason: Type.String({ description: 'For those who read it later.' }) },
  { additionalProperties: false },
);
