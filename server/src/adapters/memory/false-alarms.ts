import type { FalseAlarm, FalseAlarmPut, FalseAlarmStore } from '../../core/pipeline/index.ts';
import { mapRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';

export class MemoryFalseAlarmStore implements FalseAlarmStore {
  readonly #alarms = new Map<string, FalseAlarm>();
  readonly kept = mapRecords(this.#alarms, keyOf);

  readonly appliers: MemoryAppliers<FalseAlarmPut> = {
    'false-alarm.put': ({ alarm }) => {
      const before = this.#alarms.get(keyOf(alarm));
      this.#alarms.set(keyOf(alarm), alarm);
      return () =>
        before === undefined ? this.#alarms.delete(keyOf(alarm)) : this.#alarms.set(keyOf(alarm), before);
    },
  };

  async list(digest: string): Promise<readonly FalseAlarm[]> {
    const alarms = [...this.#alarms.values()].filter((alarm) => alarm.digest === digest);
    return alarms.sort((one, other) => (one.rule < other.rule ? -1 : 1));
  }
}

function keyOf({ digest, rule }: FalseAlarm): string {
  return JSON.stringify([digest, rule]);
}
