import type { Hallmark, HallmarkAppended, HallmarkStore } from '../../core/hallmarks/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { pageById } from './page-by-id.ts';
import type { SqlDatabase } from './sql-database.ts';

interface HallmarkRow {
  version_id: string;
  id: string;
  digest: string;
  key_id: string;
  issued_at: number;
  envelope: string;
}

export interface HallmarkTables {
  hallmarks: HallmarkRow;
}

export const hallmarkChanges: ChangeAppliers<HallmarkAppended> = {
  'hallmark.append': (write, { hallmark }) =>
    write.insertInto('hallmarks').values(hallmarkRowOf(hallmark)).execute(),
};

export class SqlHallmarkStore implements HallmarkStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async latest(versionId: string): Promise<Hallmark | null> {
    const row = await this.#of(versionId).orderBy('id', 'desc').limit(1).executeTakeFirst();
    return row === undefined ? null : hallmarkOf(row);
  }

  list(versionId: string, page: PageRequest): Promise<Page<Hallmark>> {
    return pageById(this.#of(versionId), 'newest first', page, hallmarkOf);
  }

  #of(versionId: string) {
    return this.#database.read.selectFrom('hallmarks').selectAll().where('version_id', '=', versionId);
  }
}

export function hallmarkRowOf({ versionId, keyId, issuedAt, ...hallmark }: Hallmark): HallmarkRow {
  return { ...hallmark, version_id: versionId, key_id: keyId, issued_at: issuedAt.getTime() };
}

export function hallmarkOf(row: HallmarkRow): Hallmark {
  return {
    id: row.id,
    versionId: row.version_id,
    digest: row.digest,
    keyId: row.key_id,
    issuedAt: new Date(row.issued_at),
    envelope: row.envelope,
  };
}
