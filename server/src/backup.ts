// `assay backup`: a copy of the whole registry in a folder, taken while it serves.
import type { Print } from './command.ts';
import type { Config } from './config/index.ts';
import { RegistryError } from './core/errors.ts';
import { takeBackup } from './core/recovery/index.ts';
import { openBackupPorts, openPlace } from './wiring/recovery.ts';

export interface BackupGiven {
  readonly folder: string;
  readonly keep: number | null;
  readonly passphrase: string | null;
  readonly pauseLimitMs: number;
  readonly parallel: number;
}

/** Rejects when the backup lacks something; what there is of it stays. */
export async function backUp(config: Config, given: BackupGiven, print: Print): Promise<void> {
  const place = await openPlace(given.folder, { mustExist: false });
  const { opened, close } = await openBackupPorts(config, { ...given, place, tell: print });
  try {
    const manifest = await takeBackup(opened, given);
    const { id, takenAt, content, secrets, missing } = manifest;
    print(
      `Backup ${id}: as of ${takenAt.toISOString()}, ${content.objects} objects, ${content.objectBytes} bytes.`,
    );
    if (secrets === 'left-out')
      print('Its secrets are not in it: see --secrets-key, or keep them otherwise.');
    if (missing.length > 0) {
      throw new RegistryError(
        'unavailable',
        `The backup lacks what the registry has lost: ${missing.join(', ')}.`,
      );
    }
  } finally {
    await close();
  }
}
