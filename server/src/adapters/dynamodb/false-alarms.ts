// What reviewers take for false alarms, in the table `contents`:
//
//   false-alarms#<digest>  <rule>  one mark
import type { FalseAlarm, FalseAlarmPut, FalseAlarmStore } from '../../core/pipeline/index.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { DynamoDatabase } from './database.ts';
import type { Key } from './tables.ts';

/** Moments are milliseconds since 1970. */
export interface FalseAlarmRow extends Omit<FalseAlarm, 'markedAt' | 'expiresAt'> {
  readonly markedAt: number;
  readonly expiresAt: number;
}

const partitionOf = (digest: string) => `false-alarms#${digest}`;

export const falseAlarmKey = ({ digest, rule }: Pick<FalseAlarm, 'digest' | 'rule'>): Key => ({
  table: 'contents',
  pk: partitionOf(digest),
  sk: rule,
});

export const falseAlarmPlanners: ChangePlanners<FalseAlarmPut> = {
  'false-alarm.put': {
    plan: (items, { alarm }) => items.put(falseAlarmKey(alarm), { ...falseAlarmRowOf(alarm) }),
  },
};

export class DynamoFalseAlarmStore implements FalseAlarmStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async list(digest: string): Promise<readonly FalseAlarm[]> {
    const partition = partitionOf(digest);
    const alarms: FalseAlarm[] = [];
    const rows = this.#database.query<FalseAlarmRow>({ table: 'contents', partition });
    for await (const row of rows) alarms.push(falseAlarmOf(row));
    return alarms;
  }
}

export function falseAlarmRowOf({ markedAt, expiresAt, ...alarm }: FalseAlarm): FalseAlarmRow {
  return { ...alarm, markedAt: markedAt.getTime(), expiresAt: expiresAt.getTime() };
}

export function falseAlarmOf(row: FalseAlarmRow): FalseAlarm {
  const { digest, rule, reason, markedBy, confirmedBy, inForce } = row;
  const moments = { markedAt: new Date(row.markedAt), expiresAt: new Date(row.expiresAt) };
  return { digest, rule, reason, markedBy, confirmedBy, inForce, ...moments };
}
