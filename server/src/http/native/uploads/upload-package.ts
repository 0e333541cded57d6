import Type from 'typebox';
import { RegistryError } from '../../../core/errors.ts';
import { type PackageKind, packageKinds } from '../../../core/packages/index.ts';
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
  file: Type.String({ format: 'binary', description: 'The content; it must come last.' }),
});

export const uploadPackageRoute = defineRoute({
  operation: 'package.upload',
  method: 'POST',
  path: '/api/packages/upload',
  description:
    'A whole package in one request: multipart/form-data with `package_name` and `version`, optionally `kind` ' +
    '(`code` when left out) and `digest` (SHA-256), and then the content as `file`.',
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
  return { kind: kind as PackageKind, packageName, label, fileName, contentType, declaredDigest };
}
