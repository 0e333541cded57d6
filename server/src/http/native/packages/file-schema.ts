import Type, { type Static } from 'typebox';
import type { PackageFile } from '../../../core/checks/index.ts';
import { PageQuery } from '../../schemas.ts';

export const FileSchema = Type.Object({
  path: Type.String(),
  sizeBytes: Type.Integer(),
  storedBytes: Type.Integer({ description: 'What it takes inside the package.' }),
  rangeable: Type.Boolean({ description: 'It is stored plainly: `Range` works on it.' }),
  crc32: Type.String(),
  digest: Type.String(),
});

export const FilesQuery = {
  ...PageQuery,
  folder: Type.Optional(Type.String({ maxLength: 4_000, description: 'Only what lies below it.' })),
};

/** With or without a slash at its end; undefined for the whole package. */
export function folderOf({ folder }: { folder?: string | undefined }): string | undefined {
  return folder?.replace(/\/+$/, '') || undefined;
}

export function presentFile(file: PackageFile): Static<typeof FileSchema> {
  const { path, sizeBytes, storedBytes, method, crc32, digest } = file;
  const rangeable = method === 'stored';
  return { path, sizeBytes, storedBytes, rangeable, crc32: crc32.toString(16).padStart(8, '0'), digest };
}
