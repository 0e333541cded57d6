import type { Readable } from 'node:stream';
import {
  type Area,
  type ContentKey,
  type ContentStat,
  type ContentStore,
  type ListedContent,
  packageKey,
  printKey,
} from '../content/index.ts';
import { isTransient, StorageError } from '../errors.ts';
import type { ContentList } from './ports.ts';

/** The content of a backup under the keys that it had; to be read only. `isWanted`: what is left out is not there. */
export function backupContent(
  list: ContentList,
  objects: ContentStore,
  isWanted: (digest: string) => boolean = () => true,
): ContentStore {
  const find = (key: ContentKey) => {
    const found = list.find(key);
    return found !== null && isWanted(found.digest) ? found : null;
  };
  const objectOf = (key: ContentKey): ContentKey => {
    const found = find(key);
    if (found === null) throw new StorageError('missing', `${printKey(key)} is not in the backup.`);
    return packageKey(found.digest);
  };
  const readOnly = async (): Promise<never> => {
    throw new StorageError('permanent', 'A backup is only read.');
  };
  return {
    async stat(key): Promise<ContentStat | null> {
      const found = find(key);
      return found && { sizeBytes: found.sizeBytes, revision: found.digest };
    },
    async read(key, range): Promise<Readable> {
      const object = objectOf(key);
      try {
        return await objects.read(object, range);
      } catch (error) {
        // On the list, and gone: the place of the backups has lost it.
        throw lost(key, error);
      }
    },
    open: async (key) => objects.open(objectOf(key)),
    locate: async (key) => objects.locate(objectOf(key)),
    write: readOnly,
    copy: readOnly,
    remove: readOnly,
    async *list(area: Area): AsyncIterable<ListedContent> {
      for (const { path, digest } of list.inArea(area)) {
        if (isWanted(digest)) yield { area, path, modifiedAt: new Date(0) };
      }
    },
    probe: () => objects.probe(),
  };
}

function lost(key: ContentKey, cause: unknown): StorageError {
  const failure = isTransient(cause) ? 'transient' : 'permanent';
  return new StorageError(failure, `The backup has lost ${printKey(key)}.`, cause);
}
