import Type from 'typebox';
import { RegistryError } from '../../../core/errors.ts';
import {
  type GivenAccess,
  type PackageKind,
  packageKinds,
  type Visibility,
  visibilities,
} from '../../../core/packages/index.ts';
import { type DeclaredUpload, uploadPackage } from '../../../core/uploads/index.ts';
import { readForm } from '../../content/form.ts';
import { toldAsInterruption } from '../../content/interruption.ts';
import { defineRoute } from '../../define-route.ts';
import { presentUpload, UploadSchema } from './upload-schema.ts';

const UploadPackageForm = Type.Object({
  package_name: Type.String(),
  version: Type.String(),
  kind: Type.Optional(Type.Enum([...packageKinds], { default: 'code' })),
  digest: Type.Optional(Type.String({ description: 'SHA-256, in hex' })),
  visibility: Type.Optional(Type.Enum([...visibilities])),
  visible_to: Type.Optional(Type.String({ description: 'Ids of groups, with commas between them.' })),
  sensitive: Type.Optional(Type.Enum(['true', 'false'])),
  allowed_groups: Type.Optional(Type.String({ description: 'Ids of groups, with commas between them.' })),
  file: Type.String({ format: 'binary', description: 'The content; it must come last.' }),
});

export const uploadPackageRoute = defineRoute({
  operation: 'package.upload',
  method: 'POST',
  path: '/api/packages/upload',
  description:
    'A whole package in one request: multipart/form-data with `package_name` and `version`, optionally `kind` ' +
    '(`code` when left out), `digest` (SHA-256) and, of a package that is new, who may see and who may have it, and ' +
    'then the content as `file`.',
  streamed: { type: 'multipart/form-data', schema: UploadPackageForm },
  answers: { 201: UploadSchema },
  handle: async (registry, { caller, request }, reply) => {
    const form = await readForm(request.raw);
    const declared = declaredBy(form.fields, form.fileName, form.contentType);
    const upload = await toldAsInterruption(form.file, uploadPackage(registry, caller, declared, form.file));
    return reply.code(201).header('location', `/api/uploads/${upload.id}`).send(presentUpload(upload));
  },
});

function declaredBy(
  fields: Readonly<Record<string, string>>,
  fileName: string,
  contentType: string,
): DeclaredUpload {
  const { package_name: packageName, version: label, kind = 'code', digest } = fields;
  if (packageName === undefined || label === undefined) {
    const missing = packageName === undefined ? 'package_name' : 'version';
    throw new RegistryError('invalid-request', `The field “${missing}” must come before the file.`);
  }
  if (!packageKinds.some((known) => known === kind)) {
    throw new RegistryError(
      'invalid-request',
      `The kind ${JSON.stringify(kind.slice(0, 100))} is not one of ${packageKinds.join(', ')}.`,
    );
  }
  if (digest !== undefined && !/^[0-9a-f]{64}$/i.test(digest)) {
    throw new RegistryError('invalid-request', 'The digest must be a SHA-256 in 64 hex digits.');
  }
  const declaredDigest = digest?.toLowerCase() ?? null;
  const access = accessIn(fields);
  return { kind: kind as PackageKind, packageName, label, fileName, contentType, declaredDigest, access };
}

function accessIn({
  visibility,
  visible_to: visibleTo,
  sensitive,
  allowed_groups: allowedGroups,
}: Readonly<Record<string, string>>): GivenAccess {
  if (sensitive !== undefined && sensitive !== 'true' && sensitive !== 'false') {
    throw new RegistryError('invalid-request', 'The field “sensitive” is neither `true` nor `false`.');
  }
  return {
    // Which visibilities there are is for the use case to say.
    visibility: visibility as Visibility | undefined,
    visibleTo: visibleTo === undefined ? undefined : idsIn(visibleTo),
    sensitive: sensitive === undefined ? undefined : sensitive === 'true',
    allowedGroups: allowedGroups === undefined ? undefined : idsIn(allowedGroups),
  };
}

function idsIn(list: string): string[] {
  return list
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
}
