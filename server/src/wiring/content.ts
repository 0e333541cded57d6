import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import type { Clock, Randomness } from '../core/clock.ts';
import {
  type AddressKeys,
  type ContentStore,
  type OwnContent,
  type ReceivingStore,
  receivingAtOwnAddresses,
  type ServingStore,
  SignedAddresses,
  servingAtOwnAddresses,
} from '../core/content/index.ts';
import type { RecordsEngine } from '../core/engine.ts';
import { isServed } from '../core/gate/index.ts';
import { takesBytes } from '../core/uploads/index.ts';

export interface ContentPorts {
  readonly content: ContentStore;
  readonly receiving: ReceivingStore;
  readonly serving: ServingStore;
  /** What answers at addresses of this server; null when clients reach the content store itself. */
  readonly ownContent: OwnContent | null;
}

interface Given {
  readonly engine: RecordsEngine;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly addressKeys: AddressKeys;
  readonly publicUrl: () => string;
}

/** Each engine's code is loaded when it is chosen. */
const openers: Record<Config['engines']['content'], (config: Config, given: Given) => Promise<ContentPorts>> =
  {
    /** Content in the data folder, received and served at addresses of this server. */
    async filesystem(config, given) {
      const [{ ContentFolder }, { FilesystemContentStore }, { FilesystemIncomingStore }] = await Promise.all([
        import('../adapters/filesystem/content-folder.ts'),
        import('../adapters/filesystem/content-store.ts'),
        import('../adapters/filesystem/incoming-store.ts'),
      ]);
      const folder = await ContentFolder.open(join(config.storage.dataFolder, 'content'));
      const { engine, clock, addressKeys, publicUrl } = given;
      const ownContent: OwnContent = {
        addresses: new SignedAddresses(given, addressKeys),
        content: new FilesystemContentStore(folder),
        incoming: new FilesystemIncomingStore(folder),
        receivingGuard: {
          isOpen: async (uploadId) => takesBytes(await engine.uploads.find(uploadId), clock.now()),
        },
        servingGuard: { isServed: (versionId) => isServed(engine, versionId) },
      };
      return {
        content: ownContent.content,
        receiving: receivingAtOwnAddresses(ownContent, publicUrl),
        serving: servingAtOwnAddresses(ownContent.addresses, publicUrl),
        ownContent,
      };
    },

    async s3() {
      throw new Error('ASSAY_CONTENT=s3 cannot be opened yet.');
    },
  };

export function openContent(config: Config, given: Given): Promise<ContentPorts> {
  return openers[config.engines.content](config, given);
}
