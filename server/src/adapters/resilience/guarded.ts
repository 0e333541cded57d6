import type { Call, CallTable, Uncovered } from './call.ts';
import type { GuardedSide } from './engine-guard.ts';

/**
 * The port, every promising method of it guarded as `calls` says. `others` has the members that promise nothing by
 * themselves, each guarded in its own way.
 */
export function guarded<Port extends object>(
  port: Port,
  side: GuardedSide,
  calls: CallTable<Port>,
  others: Uncovered<Port>,
): Port {
  const methods = Object.entries<Call>(calls).map(([name, call]) => {
    const method = methodOf(port, name);
    return [name, (...given: unknown[]) => side.run(call, () => method.apply(port, given))];
  });
  return { ...Object.fromEntries(methods), ...others };
}

function methodOf(port: object, name: string): (...given: unknown[]) => Promise<unknown> {
  return Reflect.get(port, name);
}
