import { sql } from 'kysely';
import type { PackageKind } from '../../core/packages/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type {
  Upload,
  UploadChanged,
  UploadInserted,
  UploadState,
  UploadStore,
} from '../../core/uploads/index.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { pageById } from './page-by-id.ts';
import { requireUpdated } from './rows.ts';
import type { SqlDatabase } from './sql-database.ts';

interface UploadRow {
  id: string;
  user_id: string;
  user_name: string;
  state: string;
  kind: string;
  package_name: string;
  label: string;
  file_name: string;
  content_type: string;
  size_bytes: number | null;
  declared_digest: string | null;
  /** JSON. */
  receiving: string;
  /** JSON. */
  access: string | null;
  created_at: number;
  expires_at: number;
  package_id: string | null;
  version_id: string | null;
  revision: number;
}

export interface UploadTables {
  uploads: UploadRow;
}

export const uploadChanges: ChangeAppliers<UploadInserted | UploadChanged> = {
  'upload.insert': (write, { upload }) => write.insertInto('uploads').values(uploadRowOf(upload)).execute(),

  'upload.change': async (write, { upload }) => {
    const { id, ...row } = uploadRowOf(upload);
    const updated = await write
      .updateTable('uploads')
      .set(row)
      .where('id', '=', id)
      .where('revision', '=', row.revision - 1)
      .executeTakeFirst();
    requireUpdated(updated, `The upload ${id}`);
  },
};

export class SqlUploadStore implements UploadStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<Upload | null> {
    const row = await this.#database.read
      .selectFrom('uploads')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : uploadOf(row);
  }

  async list(
    filter: { userId?: string | undefined; state?: UploadState | undefined },
    page: PageRequest,
  ): Promise<Page<Upload>> {
    const { userId, state } = filter;
    let query = this.#database.read.selectFrom('uploads').selectAll();
    if (userId !== undefined) query = query.where('user_id', '=', userId);
    if (state !== undefined) query = query.where('state', '=', state);
    // Of everybody's: the words that the index of the few unfinished ones is known by.
    if (userId === undefined && state !== undefined && state !== 'completed') {
      query = query.where(sql<boolean>`state <> 'completed'`);
    }
    return pageById(query, 'newest first', page, uploadOf);
  }
}

export function uploadRowOf(upload: Upload): UploadRow {
  return {
    id: upload.id,
    user_id: upload.userId,
    user_name: upload.userName,
    state: upload.state,
    kind: upload.kind,
    package_name: upload.packageName,
    label: upload.label,
    file_name: upload.fileName,
    content_type: upload.contentType,
    size_bytes: upload.sizeBytes,
    declared_digest: upload.declaredDigest,
    receiving: JSON.stringify(upload.receiving),
    access: upload.access && JSON.stringify(upload.access),
    created_at: upload.createdAt.getTime(),
    expires_at: upload.expiresAt.getTime(),
    package_id: upload.packageId,
    version_id: upload.versionId,
    revision: upload.revision,
  };
}

export function uploadOf(row: UploadRow): Upload {
  return {
    id: row.id,
    userId: row.user_id,
    userName: row.user_name,
    state: row.state as UploadState,
    kind: row.kind as PackageKind,
    packageName: row.package_name,
    label: row.label,
    fileName: row.file_name,
    contentType: row.content_type,
    sizeBytes: row.size_bytes,
    declaredDigest: row.declared_digest,
    receiving: JSON.parse(row.receiving),
    access: row.access === null ? null : JSON.parse(row.access),
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
    packageId: row.package_id,
    versionId: row.version_id,
    revision: row.revision,
  };
}
