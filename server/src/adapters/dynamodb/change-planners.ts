import type { Change } from '../../core/commit.ts';
import type { Key } from './tables.ts';
import type { WorkingItems } from './working-items.ts';

/** How one kind of change is made. */
export interface Planner<C extends Change> {
  /** Items that `plan` is going to read, as far as the change tells: they are read together beforehand. */
  readonly reads?: (change: C) => readonly Key[];
  /**
   * Applies the change to the items, or throws the error that the change documents when it finds its condition
   * violated. It may run several times for one commit, and must touch nothing but the items.
   */
  readonly plan: (items: WorkingItems, change: C) => void | Promise<void>;
}

export type ChangePlanners<C extends Change> = {
  readonly [Name in C['change']]: Planner<Extract<C, { change: Name }>>;
};
