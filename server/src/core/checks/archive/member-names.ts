// Whether names are safe to unpack on every system, and distinct on every system.
import { type FindingList, printPath } from '../findings.ts';
import type { ArchiveEntry } from '../ports.ts';
import { otherName, parseExtra } from './extra-fields.ts';
import { flagBits } from './member.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The entry's path; null when it has none that can be gone on with, which is then in `findings`. */
export function readName(entry: ArchiveEntry, maximumBytes: number, findings: FindingList): string | null {
  const offset = entry.headerOffset;
  const raw = Buffer.from(entry.nameBytes.buffer, entry.nameBytes.byteOffset, entry.nameBytes.byteLength);
  let path: string;
  try {
    path = utf8.decode(raw);
  } catch {
    findings.add('archive.name-encoding', 'The name is not UTF-8.', { path: raw.toString('latin1'), offset });
    return null;
  }
  if (raw.length > maximumBytes) {
    findings.add('archive.name-too-long', `The name has ${raw.length} bytes; ${maximumBytes} are allowed.`, {
      path,
      offset,
    });
    return null;
  }
  if (path.length !== raw.length && (entry.flags & flagBits.utf8) === 0) {
    findings.add('archive.name-unmarked', 'The name is UTF-8, but not marked as such.', { path, offset });
  }
  const other = otherName(parseExtra(entry.extra) ?? [], raw);
  if (other !== null) {
    findings.add('archive.ambiguous', `A second name is given for it: ${quote(other)}.`, { path, offset });
  }
  const fault = pathFault(path);
  if (fault !== null) findings.add('archive.unsafe-path', fault, { path, offset });
  return path;
}

const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;

/** What makes a path unsafe, in a sentence; null for a safe one. A trailing `/` marks a folder. */
export function pathFault(path: string): string | null {
  if (path === '') return 'The name is empty.';
  if (path.includes('\\')) return 'The name has a backslash, which separates folders on Windows.';
  if (path.startsWith('/')) return 'The path is absolute.';
  if (/^[a-z]:/i.test(path)) return 'The path names a drive.';
  if (/\p{Cc}/u.test(path)) return 'The name has control characters.';
  const segments = (path.endsWith('/') ? path.slice(0, -1) : path).split('/');
  for (const segment of segments) {
    if (segment === '..') return 'The path leads upwards (`..`).';
    if (segment === '' || segment === '.') return 'The path has an empty segment or `.`.';
    if (segment.includes(':'))
      return 'A segment has a colon, behind which Windows hides other content of a file.';
    if (segment.endsWith('.') || segment.endsWith(' '))
      return 'A segment ends with a dot or a space, which Windows drops.';
    const stem = segment.slice(0, (segment.indexOf('.') + 1 || segment.length + 1) - 1).trimEnd();
    if (reserved.test(stem)) return `Windows reserves the name ${quote(stem)}.`;
  }
  return null;
}

/** Notices names that are the same, or become the same on some system. */
export class NameRegister {
  /** Folded path → the path as it was first written. */
  readonly #seen = new Map<string, string>();
  /** Folded paths of everything that something lies in. */
  readonly #parents = new Map<string, string>();
  readonly #files = new Set<string>();

  add(path: string, findings: FindingList): void {
    const isFolder = path.endsWith('/');
    const bare = isFolder ? path.slice(0, -1) : path;
    const folded = fold(bare);
    const earlier = this.#seen.get(folded);
    if (earlier === bare) {
      findings.add('archive.duplicate-name', 'The name is there twice.', { path });
    } else if (earlier !== undefined) {
      findings.add('archive.colliding-name', `It collides with ${quote(earlier)}.`, { path });
    }
    this.#seen.set(folded, bare);
    if (!isFolder) {
      this.#files.add(folded);
      const inside = this.#parents.get(folded);
      if (inside !== undefined)
        findings.add('archive.colliding-name', `It is a file, but ${quote(inside)} lies in it.`, {
          path,
        });
    }
    this.#addParents(folded, path, findings);
  }

  #addParents(folded: string, path: string, findings: FindingList): void {
    for (let end = folded.lastIndexOf('/'); end > 0; end = folded.lastIndexOf('/', end - 1)) {
      const parent = folded.slice(0, end);
      if (this.#files.has(parent))
        findings.add('archive.colliding-name', `It lies in ${quote(parent)}, which is a file.`, {
          path,
        });
      if (this.#parents.has(parent)) return;
      this.#parents.set(parent, path);
    }
  }
}

function quote(path: string): string {
  return `"${printPath(path)}"`;
}

function fold(path: string): string {
  // Upper case first: some letters (ß, ſ, K) only meet their likes on the way up.
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}
