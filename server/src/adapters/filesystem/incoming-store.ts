import { chmod, type FileHandle, link, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  type ContentKey,
  type ContentStat,
  fits,
  type IncomingStore,
  incomingKey,
  type PartExtent,
  type PartSession,
  printKey,
  type ReceivedPart,
  Receptions,
  requireJoinable,
  type SizeLimits,
  sizeMismatch,
  uploadClosed,
} from '../../core/content/index.ts';
import { RegistryError } from '../../core/errors.ts';
import { type ContentFolder, syncFolder } from './content-folder.ts';
import { finishFile, withoutLinks } from './content-store.ts';
import { statFrom } from './stat-from.ts';
import { codeOf, storageErrorFrom, writingErrorFrom } from './storage-error.ts';
import { SenderFailed, writeStream } from './write-stream.ts';

/**
 * Parts are written at their offsets into one sparse file, so joining them moves no bytes. The file's parts that
 * count are those with a marker (see content-folder.ts), which is made when their bytes are on the disk. A
 * part's etag is the CRC-32 of its bytes, eight hex digits: it costs a tenth of the time that MD5 would, and
 * only has to tell parts apart; what the whole is, the digest says.
 *
 * One process at a time receives into a folder.
 */
export class FilesystemIncomingStore implements IncomingStore {
  readonly #folder: ContentFolder;
  readonly #receptions = new Receptions();

  constructor(folder: ContentFolder) {
    this.#folder = folder;
  }

  async begin(key: ContentKey, sizeBytes: number, _partSizeBytes: number): Promise<string> {
    const session = this.#folder.sessionOf(key);
    await this.#alone(key, async () => {
      if ((await sizeOfData(session)) === sizeBytes) return;
      // No data, or of another size: markers of an earlier life must not speak for the new file.
      await this.#discard(session);
      await mkdir(session, { mode: 0o700 });
      await createData(session, sizeBytes);
      await this.#syncSessions();
    });
    return key.path;
  }

  async listParts(key: ContentKey, _handle: string): Promise<readonly ReceivedPart[]> {
    const session = this.#folder.sessionOf(key);
    try {
      if ((await sizeOfData(session)) === null) return [];
      return (await markersOf(session)).map(({ partNumber, sizeBytes, etag }) => ({
        partNumber,
        sizeBytes,
        etag,
      }));
    } catch (error) {
      throw await this.#folder.failureFrom(error, key);
    }
  }

  async receivePart(
    key: ContentKey,
    part: PartExtent & { readonly nonce: string },
    bytes: Readable,
  ): Promise<ReceivedPart> {
    const session = this.#folder.sessionOf(key);
    return this.#receiving(key, part.partNumber, async (signal) => {
      const file = await openData(session, key);
      try {
        await requireWithin(file, part);
        await forgetOlder(session, part);
        const exactly = { minimumBytes: part.sizeBytes, maximumBytes: part.sizeBytes };
        const etag = await receive(file, part.offset, bytes, `part ${part.partNumber}`, exactly, signal);
        await file.datasync();
        await createMarker(session, { ...part, etag });
        return { partNumber: part.partNumber, sizeBytes: part.sizeBytes, etag };
      } finally {
        await file.close();
      }
    });
  }

  async receiveWhole(
    key: ContentKey,
    limits: SizeLimits,
    bytes: Readable,
    admit: () => Promise<void>,
  ): Promise<{ etag: string }> {
    const target = this.#folder.pathOf(key);
    return this.#receiving(key, 0, async (signal) => {
      if (await isThere(target)) throw alreadyThere(key);
      return this.#folder.withTemporaryFile(async (path, file) => {
        const etag = await receive(file, 0, bytes, 'the file', limits, signal);
        await finishFile(file);
        await admit();
        await this.#folder.place(target, () => placeOnce(path, target, key));
        return { etag };
      });
    });
  }

  async join(key: ContentKey, _handle: string, parts: readonly ReceivedPart[]): Promise<ContentStat> {
    const [session, target] = [this.#folder.sessionOf(key), this.#folder.pathOf(key)];
    return this.#alone(key, async () => {
      const sizeBytes = await sizeOfData(session);
      if (sizeBytes !== null) {
        requireJoinable(await markersOf(session), parts, sizeBytes);
        await this.#folder.place(target, () => rename(join(session, 'data'), target));
        await chmod(target, 0o400);
      } else if (!(await isThere(target))) {
        throw uploadClosed(key.path);
      }
      // Also after a crash that came between the renaming and here.
      await this.#discard(session);
      return statFrom(await stat(target, { bigint: true }));
    });
  }

  async abort(key: ContentKey, _handle: string): Promise<void> {
    const [session, target] = [this.#folder.sessionOf(key), this.#folder.pathOf(key)];
    await this.#alone(key, async () => {
      await this.#discard(session);
      if (!(await isThere(target))) return;
      await unlink(target);
      await this.#folder.pruneFoldersOf(target);
    });
  }

  async *listSessions(): AsyncIterable<PartSession> {
    const folder = join(this.#folder.root, '.parts');
    for (const name of (await readdir(folder)).sort()) {
      const beganAt = await bornAt(join(folder, name));
      if (beganAt !== null) yield { key: incomingKey(name), handle: name, beganAt };
    }
  }

  async #alone<T>(key: ContentKey, work: () => Promise<T>): Promise<T> {
    return this.#receptions.alone(key.path, async () => {
      try {
        return await work();
      } catch (error) {
        throw error instanceof RegistryError ? error : writingErrorFrom(error, printKey(key));
      }
    });
  }

  async #receiving<T>(key: ContentKey, place: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#receptions.run(key.path, place, async (signal) => {
      try {
        return await work(signal);
      } catch (error) {
        if (error instanceof RegistryError) throw error;
        if (error instanceof SenderFailed) throw error.cause;
        throw writingErrorFrom(error, printKey(key));
      }
    });
  }

  /** At once for every reader, then its bytes. */
  async #discard(session: string): Promise<void> {
    await this.#folder.withTemporaryPath(async (path) => {
      try {
        await rename(session, path);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return;
        throw error;
      }
      await this.#syncSessions();
    });
  }

  #syncSessions(): Promise<void> {
    return syncFolder(join(this.#folder.root, '.parts'));
  }
}

/** A part of which every byte is on the disk. */
interface Marker extends ReceivedPart, PartExtent {
  readonly nonce: string;
}

async function createMarker(session: string, marker: Marker): Promise<void> {
  const file = await open(join(session, markerName(marker)), 'wx', 0o600);
  await file.close();
  await syncFolder(session);
}

function markerName({ partNumber, offset, sizeBytes, nonce, etag }: Marker): string {
  return [partNumber, offset, sizeBytes, nonce, etag].join('.');
}

/** In ascending order of the part numbers. */
async function markersOf(session: string): Promise<Marker[]> {
  const markers: Marker[] = [];
  for (const name of await readdir(session)) {
    const [partNumber, offset, sizeBytes, nonce, etag] = name.split('.');
    if (nonce === undefined || etag === undefined) continue;
    markers.push({
      partNumber: Number(partNumber),
      offset: Number(offset),
      sizeBytes: Number(sizeBytes),
      nonce,
      etag,
    });
  }
  return markers.sort((one, other) => one.partNumber - other.partNumber);
}

/** Makes way for a part that comes again, unless it comes to the address it came to before, or to an older one. */
async function forgetOlder(session: string, part: PartExtent & { nonce: string }): Promise<void> {
  const before = (await markersOf(session)).filter(({ partNumber }) => partNumber === part.partNumber);
  if (before.some(({ nonce }) => nonce >= part.nonce)) {
    throw new RegistryError(
      'address-used',
      `Part ${part.partNumber} has arrived at this or a newer address.`,
    );
  }
  for (const marker of before) await unlink(join(session, markerName(marker)));
  if (before.length > 0) await syncFolder(session);
}

async function receive(
  file: FileHandle,
  position: number,
  bytes: Readable,
  what: string,
  limits: SizeLimits,
  signal: AbortSignal,
): Promise<string> {
  const { sizeBytes, crc32 } = await writeStream(file, position, bytes, {
    maximumBytes: limits.maximumBytes,
    tooLong: () => sizeMismatch(what, 'more', limits),
    signal,
  });
  if (!fits(sizeBytes, limits)) throw sizeMismatch(what, sizeBytes, limits);
  return crc32.toString(16).padStart(8, '0');
}

async function createData(session: string, sizeBytes: number): Promise<void> {
  const file = await open(join(session, 'data'), 'wx', 0o600);
  try {
    await file.truncate(sizeBytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(session);
}

async function openData(session: string, key: ContentKey): Promise<FileHandle> {
  try {
    return await open(join(session, 'data'), 'r+');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw uploadClosed(key.path);
    throw error;
  }
}

/** Null when there is none. */
async function sizeOfData(session: string): Promise<number | null> {
  try {
    return (await stat(join(session, 'data'))).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function requireWithin(file: FileHandle, part: PartExtent): Promise<void> {
  const { size } = await file.stat();
  const end = part.offset + part.sizeBytes;
  if (part.partNumber >= 1 && part.offset >= 0 && part.sizeBytes >= 1 && end <= size) return;
  throw new RegistryError(
    'part-invalid',
    `Part ${part.partNumber} would end at byte ${end} of an upload of ${size} bytes.`,
  );
}

/** `link` refuses a target that is there, which `rename` would replace. */
async function placeOnce(path: string, target: string, key: ContentKey): Promise<void> {
  try {
    await link(path, target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw alreadyThere(key);
    if (!withoutLinks.has(codeOf(error))) throw error;
    if (await isThere(target)) throw alreadyThere(key);
    await rename(path, target);
  }
}

function alreadyThere(key: ContentKey): RegistryError {
  return new RegistryError('address-used', `The file of the upload ${JSON.stringify(key.path)} has arrived.`);
}

async function isThere(path: string): Promise<boolean> {
  return (await bornAt(path)) !== null;
}

async function bornAt(path: string): Promise<Date | null> {
  try {
    return (await stat(path)).birthtime;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw storageErrorFrom(error, path);
  }
}
