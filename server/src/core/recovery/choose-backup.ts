import { RegistryError } from '../errors.ts';
import type { BackupManifest } from './manifest.ts';
import type { BackupPlace } from './ports.ts';

/** The newest backup of what there was at `until`; null: the newest of all. Throws `not-found` when there is none. */
export async function chooseBackup(
  { place, tell }: { readonly place: Pick<BackupPlace, 'list'>; readonly tell: (line: string) => void },
  until: Date | null,
): Promise<BackupManifest> {
  const all = await place.list((id, why) => tell(`backup ${id} is damaged and left out: ${why}`));
  const chosen = all.filter(({ takenAt }) => until === null || takenAt <= until).at(-1);
  if (chosen !== undefined) return chosen;
  throw new RegistryError(
    'not-found',
    until === null || all.length === 0
      ? 'There is no backup.'
      : `There is no backup of ${until.toISOString()} or before; the oldest is of ${all[0]?.takenAt.toISOString()}.`,
  );
}
