import { isMissing, notFound } from '../errors.ts';
import { contentPath, type OwnContent } from './own-addresses.ts';
import type { OpenContent } from './ports.ts';
import type { AddressFields } from './signed-address.ts';
import { packageKey } from './storage-layout.ts';

export interface ServedContent {
  /** To be closed by whoever asked for it. */
  readonly content: OpenContent;
  readonly digest: string;
  readonly fileName: string;
  readonly contentType: string;
}

/** The content behind a signed address, for as long as its version may be read. */
export async function openServed(
  ports: Pick<OwnContent, 'addresses' | 'content' | 'servingGuard'>,
  digest: string,
  fields: AddressFields,
): Promise<ServedContent> {
  await ports.addresses.verify('GET', contentPath(digest), fields);
  const { version = '', name = '', type = '' } = fields;
  if (!(await ports.servingGuard.isServed(version))) throw notFound('content', digest);
  try {
    const content = await ports.content.open(packageKey(digest));
    return { content, digest, fileName: name, contentType: type };
  } catch (error) {
    if (isMissing(error)) throw notFound('content', digest);
    throw error;
  }
}
