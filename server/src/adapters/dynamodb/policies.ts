// The administrators' policies, in the table `users`:
//
//   policies  <number>  one version of them, in ten digits: the last one is in force
import { RegistryError } from '../../core/errors.ts';
import type {
  ListedPolicyVersion,
  PolicyAppended,
  PolicyStore,
  PolicyVersion,
} from '../../core/gate/index.ts';
import { numberIn, type Page, type PageRequest, pageOf } from '../../core/paging.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { DynamoDatabase } from './database.ts';
import { take } from './ranges.ts';
import type { Key } from './tables.ts';

/** Moments are milliseconds since 1970. */
export interface PolicyRow extends Omit<PolicyVersion, 'createdAt'> {
  readonly createdAt: number;
}

export const policyPartition = 'policies';

const digits = 10;
const placeOf = (number: number) => String(number).padStart(digits, '0');

export const policyKey = ({ number }: Pick<PolicyVersion, 'number'>): Key => ({
  table: 'users',
  pk: policyPartition,
  sk: placeOf(number),
});

export const policyPlanners: ChangePlanners<PolicyAppended> = {
  'policy.append': {
    reads: ({ version }) => [policyKey(version)],
    plan: async (items, { version }) => {
      if ((await items.get(policyKey(version))) !== null) {
        throw new RegistryError(
          'state-conflict',
          'The policies were changed by somebody else meanwhile; read them again.',
        );
      }
      items.put(policyKey(version), { ...policyRowOf(version) });
    },
  },
};

export class DynamoPolicyStore implements PolicyStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async last(): Promise<PolicyVersion | null> {
    const [row] = await this.#newest(1);
    return row === undefined ? null : policyOf(row);
  }

  async find(number: number): Promise<PolicyVersion | null> {
    const row = await this.#database.get<PolicyRow>(policyKey({ number }));
    return row && policyOf(row);
  }

  async list(page: PageRequest): Promise<Page<ListedPolicyVersion>> {
    const before = page.after === undefined ? undefined : numberIn(page.after);
    const rows = await this.#newest(page.limit + 1, before);
    return pageOf(rows, page.limit, ({ number }) => [number], listedPolicyOf);
  }

  #newest(count: number, before?: number): Promise<PolicyRow[]> {
    const rows = this.#database.query<PolicyRow>({
      table: 'users',
      partition: policyPartition,
      descending: true,
      pageSize: count,
      ...(before !== undefined && { sort: { below: placeOf(before) } }),
    });
    return take(rows, count);
  }
}

export function policyRowOf({ createdAt, ...version }: PolicyVersion): PolicyRow {
  return { ...version, createdAt: createdAt.getTime() };
}

export function policyOf(row: PolicyRow): PolicyVersion {
  return { ...listedPolicyOf(row), text: row.text };
}

function listedPolicyOf({ number, digest, reason, author, createdAt }: PolicyRow): ListedPolicyVersion {
  return { number, digest, reason, author, createdAt: new Date(createdAt) };
}
