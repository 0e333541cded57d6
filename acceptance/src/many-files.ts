import { archiveOf, storedMember } from './zip-archive.ts';

/** A ZIP archive in which nothing is compressed; of very many small files it is quick to send and long to check. */
export function storedZip(files: Iterable<readonly [path: string, content: string]>): Buffer {
  const members = Iterator.from(files).map(([path, content]) => storedMember(path, Buffer.from(content)));
  return Buffer.concat(archiveOf(members));
}
