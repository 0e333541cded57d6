// Where everything lies. Nothing else in the program makes a storage key.
//
//   incoming/<upload id>                       bytes as they arrive; gone when the version is decided
//   packages/sha256/<ab>/<cd>/<digest>         published content, once per digest
//   packages/seals/<digest>                    on S3: which object of it was found to have its digest
//   quarantine/<version id>                    content of versions that did not pass
//   processed/<version id>/<name>.json         what analysis found
//   validators/…                               nothing yet: scripts of package owners lie in the records
//   logs/…  backups/…                          written by operations, not by the registry's core
//
// Embedded, the areas are folders below `<data>/content/`; on S3 each is a bucket or a prefix of its own.

export const areas = [
  'incoming',
  'packages',
  'quarantine',
  'processed',
  'validators',
  'logs',
  'backups',
] as const;
export type Area = (typeof areas)[number];

/** Names one object. `path` has the characters a-z, 0-9, `-`, `.` and `/` only, and no empty or dotted segment. */
export interface ContentKey {
  readonly area: Area;
  readonly path: string;
}

export function incomingKey(uploadId: string): ContentKey {
  return { area: 'incoming', path: uploadId };
}

/** The id of the upload whose bytes lie under a printed key; null when it is another key. */
export function uploadInKey(printed: string): string | null {
  return /^incoming\/([a-z0-9-]+)$/.exec(printed)?.[1] ?? null;
}

/** `digest`: SHA-256, 64 lower-case hex digits. */
export function packageKey(digest: string): ContentKey {
  return { area: 'packages', path: `sha256/${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest}` };
}

/** The digest that the bytes under this key must have; null where the key does not say. */
export function digestOf({ area, path }: ContentKey): string | null {
  return area === 'packages' ? (/^sha256\/..\/..\/([0-9a-f]{64})$/.exec(path)?.[1] ?? null) : null;
}

export function quarantineKey(versionId: string): ContentKey {
  return { area: 'quarantine', path: versionId };
}

export function printKey(key: ContentKey): string {
  return `${key.area}/${key.path}`;
}
