// Which bucket and key an object has. Every bucket has the same keys, `<area>/<path>`, so one bucket for everything
// and one per area are the same layout.
import { type Area, areas, type ContentKey, printKey } from '../../core/content/index.ts';
import { StorageError } from '../../core/errors.ts';

/** The bucket of each area; several areas may share one. */
export type Buckets = Readonly<Record<Area, string>>;

export interface Place {
  readonly bucket: string;
  readonly key: string;
}

const segment = '[a-z0-9-][a-z0-9.-]*';
const safePath = new RegExp(`^${segment}(/${segment})*$`);

/** Refuses keys that could leave their area, whoever made them. */
export function placeOf(buckets: Buckets, key: ContentKey): Place {
  if (!areas.includes(key.area) || !safePath.test(key.path)) {
    throw new StorageError('permanent', `${JSON.stringify(printKey(key))} is not a key`);
  }
  return { bucket: buckets[key.area], key: printKey(key) };
}

/** As the header `x-amz-copy-source` wants it; keys have no characters to be escaped. */
export function copySourceOf({ bucket, key }: Place, versionId: string | null): string {
  return versionId === null
    ? `${bucket}/${key}`
    : `${bucket}/${key}?versionId=${encodeURIComponent(versionId)}`;
}
