// Validators of packages, in the table `packages`:
//
//   validators#<package>  <number>  one version of it, in ten digits: the last one is in force
import { RegistryError } from '../../core/errors.ts';
import { numberIn, type Page, type PageRequest, pageOf } from '../../core/paging.ts';
import type {
  ListedValidatorVersion,
  ValidatorAppended,
  ValidatorStore,
  ValidatorVersion,
} from '../../core/validators/index.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { DynamoDatabase } from './database.ts';
import { take } from './ranges.ts';
import type { Key } from './tables.ts';

/** Moments are milliseconds since 1970. */
export interface ValidatorRow extends Omit<ValidatorVersion, 'madeAt'> {
  readonly madeAt: number;
}

const digits = 10;

const partitionOf = (packageId: string) => `validators#${packageId}`;
const placeOf = (number: number) => String(number).padStart(digits, '0');

export const validatorKey = ({ packageId, number }: Pick<ValidatorVersion, 'packageId' | 'number'>): Key => ({
  table: 'packages',
  pk: partitionOf(packageId),
  sk: placeOf(number),
});

export const validatorPlanners: ChangePlanners<ValidatorAppended> = {
  'validator.append': {
    reads: ({ version }) => [validatorKey(version)],
    plan: async (items, { version }) => {
      if ((await items.get(validatorKey(version))) !== null) {
        throw new RegistryError(
          'state-conflict',
          'The validator was changed by somebody else meanwhile; read it again.',
        );
      }
      items.put(validatorKey(version), { ...validatorRowOf(version) });
    },
  },
};

export class DynamoValidatorStore implements ValidatorStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async last(packageId: string): Promise<ValidatorVersion | null> {
    const [row] = await this.#newest(packageId, 1);
    return row === undefined ? null : validatorOf(row);
  }

  async find(packageId: string, number: number): Promise<ValidatorVersion | null> {
    const row = await this.#database.get<ValidatorRow>(validatorKey({ packageId, number }));
    return row && validatorOf(row);
  }

  async list(packageId: string, page: PageRequest): Promise<Page<ListedValidatorVersion>> {
    const before = page.after === undefined ? undefined : numberIn(page.after);
    const rows = await this.#newest(packageId, page.limit + 1, before);
    return pageOf(rows, page.limit, ({ number }) => [number], listedValidatorOf);
  }

  #newest(packageId: string, count: number, before?: number): Promise<ValidatorRow[]> {
    const rows = this.#database.query<ValidatorRow>({
      table: 'packages',
      partition: partitionOf(packageId),
      descending: true,
      pageSize: count,
      ...(before !== undefined && { sort: { below: placeOf(before) } }),
    });
    return take(rows, count);
  }
}

export function validatorRowOf({ madeAt, ...version }: ValidatorVersion): ValidatorRow {
  return { ...version, madeAt: madeAt.getTime() };
}

export function validatorOf({ packageId, number, script, madeBy, madeAt }: ValidatorRow): ValidatorVersion {
  return { packageId, number, script, madeBy, madeAt: new Date(madeAt) };
}

function listedValidatorOf(row: ValidatorRow): ListedValidatorVersion {
  const { script, ...version } = validatorOf(row);
  return { ...version, script: script && { language: script.language, digest: script.digest } };
}
