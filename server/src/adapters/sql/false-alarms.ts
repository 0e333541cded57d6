import type { FalseAlarm, FalseAlarmPut, FalseAlarmStore } from '../../core/pipeline/index.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import type { SqlDatabase } from './sql-database.ts';

interface FalseAlarmRow {
  digest: string;
  rule: string;
  reason: string;
  marked_by_id: string;
  marked_by_name: string;
  marked_at: number;
  confirmed_by_id: string | null;
  confirmed_by_name: string | null;
  in_force: number;
  expires_at: number;
}

export interface FalseAlarmTables {
  false_alarms: FalseAlarmRow;
}

export const falseAlarmChanges: ChangeAppliers<FalseAlarmPut> = {
  'false-alarm.put': (write, { alarm }) => {
    const row = falseAlarmRowOf(alarm);
    return write
      .insertInto('false_alarms')
      .values(row)
      .onConflict((conflict) => conflict.columns(['digest', 'rule']).doUpdateSet(row))
      .execute();
  },
};

export class SqlFalseAlarmStore implements FalseAlarmStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async list(digest: string): Promise<readonly FalseAlarm[]> {
    const rows = await this.#database.read
      .selectFrom('false_alarms')
      .selectAll()
      .where('digest', '=', digest)
      .orderBy('rule')
      .execute();
    return rows.map(falseAlarmOf);
  }
}

export function falseAlarmRowOf(alarm: FalseAlarm): FalseAlarmRow {
  return {
    digest: alarm.digest,
    rule: alarm.rule,
    reason: alarm.reason,
    marked_by_id: alarm.markedBy.userId,
    marked_by_name: alarm.markedBy.userName,
    marked_at: alarm.markedAt.getTime(),
    confirmed_by_id: alarm.confirmedBy?.userId ?? null,
    confirmed_by_name: alarm.confirmedBy?.userName ?? null,
    in_force: alarm.inForce ? 1 : 0,
    expires_at: alarm.expiresAt.getTime(),
  };
}

export function falseAlarmOf(row: FalseAlarmRow): FalseAlarm {
  const { confirmed_by_id, confirmed_by_name } = row;
  return {
    digest: row.digest,
    rule: row.rule,
    reason: row.reason,
    markedBy: { userId: row.marked_by_id, userName: row.marked_by_name },
    markedAt: new Date(row.marked_at),
    confirmedBy:
      confirmed_by_id === null ? null : { userId: confirmed_by_id, userName: confirmed_by_name ?? '' },
    inForce: row.in_force === 1,
    expiresAt: new Date(row.expires_at),
  };
}
