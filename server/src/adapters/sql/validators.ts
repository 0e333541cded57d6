import { RegistryError } from '../../core/errors.ts';
import { numberIn, type Page, type PageRequest, pageOf } from '../../core/paging.ts';
import type {
  ListedValidatorVersion,
  ValidatorAppended,
  ValidatorLanguage,
  ValidatorStore,
  ValidatorVersion,
} from '../../core/validators/index.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import type { SqlDatabase } from './sql-database.ts';

interface ValidatorRow {
  package_id: string;
  number: number;
  language: string | null;
  source: string | null;
  digest: string | null;
  made_by_id: string;
  made_by_name: string;
  made_at: number;
}

export interface ValidatorTables {
  validator_versions: ValidatorRow;
}

export const validatorChanges: ChangeAppliers<ValidatorAppended> = {
  'validator.append': async (write, { version }) => {
    const { numInsertedOrUpdatedRows } = await write
      .insertInto('validator_versions')
      .values(validatorRowOf(version))
      .onConflict((conflict) => conflict.columns(['package_id', 'number']).doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 1n) return;
    throw new RegistryError(
      'state-conflict',
      'The validator was changed by somebody else meanwhile; read it again.',
    );
  },
};

/** All but the source. */
const listedColumns = [
  'package_id',
  'number',
  'language',
  'digest',
  'made_by_id',
  'made_by_name',
  'made_at',
] as const;

export class SqlValidatorStore implements ValidatorStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async last(packageId: string): Promise<ValidatorVersion | null> {
    const row = await this.#of(packageId).selectAll().orderBy('number', 'desc').limit(1).executeTakeFirst();
    return row === undefined ? null : validatorOf(row);
  }

  async find(packageId: string, number: number): Promise<ValidatorVersion | null> {
    const row = await this.#of(packageId).selectAll().where('number', '=', number).executeTakeFirst();
    return row === undefined ? null : validatorOf(row);
  }

  async list(packageId: string, page: PageRequest): Promise<Page<ListedValidatorVersion>> {
    let query = this.#of(packageId).select(listedColumns);
    if (page.after !== undefined) {
      query = query.where('number', '<', numberIn(page.after));
    }
    const rows = await query
      .orderBy('number', 'desc')
      .limit(page.limit + 1)
      .execute();
    return pageOf(rows, page.limit, ({ number }) => [number], listedValidatorOf);
  }

  #of(packageId: string) {
    return this.#database.read.selectFrom('validator_versions').where('package_id', '=', packageId);
  }
}

export function validatorRowOf({
  packageId,
  number,
  script,
  madeBy,
  madeAt,
}: ValidatorVersion): ValidatorRow {
  return {
    package_id: packageId,
    number,
    language: script?.language ?? null,
    source: script?.source ?? null,
    digest: script?.digest ?? null,
    made_by_id: madeBy.userId,
    made_by_name: madeBy.userName,
    made_at: madeAt.getTime(),
  };
}

export function validatorOf(row: ValidatorRow): ValidatorVersion {
  const { script, ...version } = listedValidatorOf(row);
  return { ...version, script: script && { ...script, source: row.source ?? '' } };
}

function listedValidatorOf(row: Omit<ValidatorRow, 'source'>): ListedValidatorVersion {
  const { language, digest } = row;
  return {
    packageId: row.package_id,
    number: row.number,
    script: language === null ? null : { language: language as ValidatorLanguage, digest: digest ?? '' },
    madeBy: { userId: row.made_by_id, userName: row.made_by_name },
    madeAt: new Date(row.made_at),
  };
}
