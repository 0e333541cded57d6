import { RegistryError } from '../../core/errors.ts';
import type {
  ListedPolicyVersion,
  PolicyAppended,
  PolicyStore,
  PolicyVersion,
} from '../../core/gate/index.ts';
import { numberIn, type Page, type PageRequest, pageOf } from '../../core/paging.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import type { SqlDatabase } from './sql-database.ts';

interface PolicyRow {
  number: number;
  text: string;
  digest: string;
  reason: string;
  author_id: string;
  author_name: string;
  created_at: number;
}

export interface PolicyTables {
  policy_versions: PolicyRow;
}

export const policyChanges: ChangeAppliers<PolicyAppended> = {
  'policy.append': async (write, { version }) => {
    const { numInsertedOrUpdatedRows } = await write
      .insertInto('policy_versions')
      .values(policyRowOf(version))
      .onConflict((conflict) => conflict.column('number').doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 1n) return;
    throw new RegistryError(
      'state-conflict',
      'The policies were changed by somebody else meanwhile; read them again.',
    );
  },
};

/** All but the text. */
const listedColumns = ['number', 'digest', 'reason', 'author_id', 'author_name', 'created_at'] as const;

export class SqlPolicyStore implements PolicyStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async last(): Promise<PolicyVersion | null> {
    const row = await this.#versions().selectAll().orderBy('number', 'desc').limit(1).executeTakeFirst();
    return row === undefined ? null : policyOf(row);
  }

  async find(number: number): Promise<PolicyVersion | null> {
    const row = await this.#versions().selectAll().where('number', '=', number).executeTakeFirst();
    return row === undefined ? null : policyOf(row);
  }

  async list(page: PageRequest): Promise<Page<ListedPolicyVersion>> {
    let query = this.#versions().select(listedColumns);
    if (page.after !== undefined) query = query.where('number', '<', numberIn(page.after));
    const rows = await query
      .orderBy('number', 'desc')
      .limit(page.limit + 1)
      .execute();
    return pageOf(rows, page.limit, ({ number }) => [number], listedPolicyOf);
  }

  #versions() {
    return this.#database.read.selectFrom('policy_versions');
  }
}

export function policyRowOf({ number, text, digest, reason, author, createdAt }: PolicyVersion): PolicyRow {
  return {
    number,
    text,
    digest,
    reason,
    author_id: author.userId,
    author_name: author.userName,
    created_at: createdAt.getTime(),
  };
}

export function policyOf(row: PolicyRow): PolicyVersion {
  return { ...listedPolicyOf(row), text: row.text };
}

function listedPolicyOf(row: Omit<PolicyRow, 'text'>): ListedPolicyVersion {
  return {
    number: row.number,
    digest: row.digest,
    reason: row.reason,
    author: { userId: row.author_id, userName: row.author_name },
    createdAt: new Date(row.created_at),
  };
}
