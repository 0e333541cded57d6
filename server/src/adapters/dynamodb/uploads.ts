// Of the table `uploads`: `upload#<id>`. Two indexes list them, newest first: by their user and state, by which a
// user's open ones are counted, and by their state alone, spread over some partitions.
import type { Page, PageRequest } from '../../core/paging.ts';
import {
  type Upload,
  type UploadChanged,
  type UploadInserted,
  type UploadState,
  type UploadStore,
  uploadStates,
} from '../../core/uploads/index.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { DynamoDatabase } from './database.ts';
import { pageById } from './pages.ts';
import { requireRevisionBefore } from './revisions.ts';
import { alone, type Key, shardOf, shardsOf } from './tables.ts';

export type UploadRow = Omit<Upload, 'createdAt' | 'expiresAt' | 'access'> & {
  /** An upload that was stored before there was such a thing has none. */
  readonly access?: Upload['access'];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly userPk: string;
  readonly userSk: string;
  readonly statePk: string;
  readonly stateSk: string;
};

const shards = 4;

export const uploadKey = (id: string): Key => ({ table: 'uploads', pk: `upload#${id}`, sk: alone });
const userPartition = (userId: string, state: UploadState) => `${userId}#${state}`;

export const uploadPlanners: ChangePlanners<UploadInserted | UploadChanged> = {
  'upload.insert': { plan: (items, { upload }) => items.put(uploadKey(upload.id), uploadRowOf(upload)) },

  'upload.change': {
    reads: ({ upload }) => [uploadKey(upload.id)],
    async plan(items, { upload }) {
      requireRevisionBefore(await items.get(uploadKey(upload.id)), upload, `The upload ${upload.id}`);
      items.put(uploadKey(upload.id), uploadRowOf(upload));
    },
  },
};

export class DynamoUploadStore implements UploadStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<Upload | null> {
    const row = await this.#database.get<UploadRow>(uploadKey(id));
    return row && uploadOf(row);
  }

  async list(
    { userId, state }: { userId?: string | undefined; state?: UploadState | undefined },
    page: PageRequest,
  ): Promise<Page<Upload>> {
    const states = state === undefined ? uploadStates : [state];
    const index = userId === undefined ? 'state' : 'user';
    const partitions = states
      .flatMap((one) => (userId === undefined ? shardsOf(one, shards) : userPartition(userId, one)))
      .map((partition) => ({ table: 'uploads', index, partition }) as const);
    return pageById(this.#database, { partitions, order: 'newest first' }, page, uploadOf);
  }
}

export function uploadRowOf(upload: Upload): UploadRow {
  return {
    ...upload,
    createdAt: upload.createdAt.getTime(),
    expiresAt: upload.expiresAt.getTime(),
    userPk: userPartition(upload.userId, upload.state),
    userSk: upload.id,
    statePk: shardOf(upload.state, upload.id, shards),
    stateSk: upload.id,
  };
}

export function uploadOf(row: UploadRow): Upload {
  return {
    id: row.id,
    userId: row.userId,
    userName: row.userName,
    state: row.state,
    kind: row.kind,
    packageName: row.packageName,
    label: row.label,
    fileName: row.fileName,
    contentType: row.contentType,
    sizeBytes: row.sizeBytes,
    declaredDigest: row.declaredDigest,
    receiving: row.receiving,
    access: row.access ?? null,
    createdAt: new Date(row.createdAt),
    expiresAt: new Date(row.expiresAt),
    packageId: row.packageId,
    versionId: row.versionId,
    revision: row.revision,
  };
}
