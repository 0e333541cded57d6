import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { TreeKeeper, type TreeKeeperPorts } from '../core/audit/index.ts';
import { isTransient } from '../core/errors.ts';

/** The one of this process; to be started where a worker is. */
export function treeKeeper({ audit, hallmarks }: Config, ports: TreeKeeperPorts, logger: Logger): TreeKeeper {
  const { treeEveryMs: everyMs, ...checkpoints } = audit;
  const settings = { ...checkpoints, everyMs, origin: `${hallmarks.registryName}/audit` };
  return new TreeKeeper(ports, settings, (problem, cause) =>
    logger[isTransient(cause) ? 'warn' : 'error']({ err: cause }, problem),
  );
}
