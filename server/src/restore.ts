// `assay restore`: a backup, brought into empty engines.
import { type Print, UsageError } from './command.ts';
import { type Config, readConfig } from './config/index.ts';
import { RegistryError } from './core/errors.ts';
import { chooseBackup, restoreBackup } from './core/recovery/index.ts';
import { openPlace, openRestorePorts } from './wiring/recovery.ts';

export interface RestoreGiven {
  readonly folder: string;
  /** An embedded registry in this folder; null: the engines of the configuration. */
  readonly to: string | null;
  readonly until: Date | null;
  readonly passphrase: string | null;
  readonly despiteDamage: boolean;
  readonly parallel: number;
}

export async function restore(config: Config, given: RestoreGiven, print: Print): Promise<void> {
  if (given.to === '') throw new UsageError('assay restore --to needs the path of a folder.');
  const place = await openPlace(given.folder, { mustExist: true });
  const manifest = await chooseBackup({ place, tell: print }, given.until);
  print(`Restoring ${manifest.id}, the registry of ${manifest.takenAt.toISOString()}.`);
  const target = given.to === null ? config : readConfig({ ASSAY_DATA: given.to });
  const { parallel, passphrase } = given;
  const { opened, close } = await openRestorePorts(target, {
    place,
    manifest,
    passphrase,
    parallel,
    tell: print,
  });
  try {
    const { records, objects, objectBytes, problems } = await restoreBackup(opened, {
      despiteProblems: given.despiteDamage,
    });
    print(`Restored: ${records} records, ${objects} objects, ${objectBytes} bytes.`);
    if (problems.length === 0) return;
    const use = given.despiteDamage
      ? 'It can be used all the same.'
      : 'It cannot be used: see --despite-damage.';
    throw new RegistryError('unavailable', `${problems.length} problems, told above. ${use}`);
  } finally {
    await close();
  }
}
