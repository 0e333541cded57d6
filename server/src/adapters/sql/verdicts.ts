import type { SelectQueryBuilder } from 'kysely';
import type { Verdict } from '../../core/checks/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { ContentVerdict, VerdictAppended, VerdictStore } from '../../core/pipeline/index.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { pageById } from './page-by-id.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Tables } from './tables.ts';

interface VerdictRow {
  digest: string;
  id: string;
  rule_set: string;
  verdict: string;
  /** JSON. */
  checks: string;
  decided_at: number;
}

export interface VerdictTables {
  verdicts: VerdictRow;
}

export const verdictChanges: ChangeAppliers<VerdictAppended> = {
  'verdict.append': (write, { verdict }) =>
    write.insertInto('verdicts').values(verdictRowOf(verdict)).execute(),
};

export class SqlVerdictStore implements VerdictStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  list(digest: string, page: PageRequest): Promise<Page<ContentVerdict>> {
    return pageById(this.#of(digest), 'newest first', page, verdictOf);
  }

  find(digest: string, ruleSet: string): Promise<ContentVerdict | null> {
    return newest(this.#of(digest).where('rule_set', '=', ruleSet));
  }

  lastCompleted(digest: string): Promise<ContentVerdict | null> {
    return newest(this.#of(digest).where('verdict', '<>', 'inconclusive'));
  }

  #of(digest: string) {
    return this.#database.read.selectFrom('verdicts').selectAll().where('digest', '=', digest);
  }
}

/** Along the key, from its end: the content has few, and the newest is mostly the one sought. */
async function newest(
  query: SelectQueryBuilder<Tables, 'verdicts', VerdictRow>,
): Promise<ContentVerdict | null> {
  const row = await query.orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row === undefined ? null : verdictOf(row);
}

export function verdictRowOf(verdict: ContentVerdict): VerdictRow {
  return {
    digest: verdict.digest,
    id: verdict.id,
    rule_set: verdict.ruleSet,
    verdict: verdict.verdict,
    checks: JSON.stringify(verdict.checks),
    decided_at: verdict.decidedAt.getTime(),
  };
}

export function verdictOf(row: VerdictRow): ContentVerdict {
  return {
    id: row.id,
    digest: row.digest,
    ruleSet: row.rule_set,
    verdict: row.verdict as Verdict,
    checks: JSON.parse(row.checks),
    decidedAt: new Date(row.decided_at),
  };
}
