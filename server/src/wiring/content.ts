import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import type { Clock, Randomness } from '../core/clock.ts';
import {
  type AddressKeys,
  type Area,
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
import type { Aws } from './aws.ts';

export interface ContentPorts {
  readonly content: ContentStore;
  readonly receiving: ReceivingStore;
  readonly serving: ServingStore;
  /** What answers at addresses of this server; null when clients reach the content store itself. */
  readonly ownContent: OwnContent | null;
  /** What threads need to open located content by themselves, when they start; plain data. */
  readonly threadData?: object;
  close?(): Promise<void>;
}

interface Given {
  readonly engine: RecordsEngine;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly addressKeys: AddressKeys;
  readonly publicUrl: () => string;
  readonly aws: Aws;
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

    /** Content in buckets, received and served at addresses of S3. */
    async s3(config, { clock, addressKeys, aws }) {
      const { openS3Content } = await import('../adapters/s3/open-content.ts');
      const { s3 } = config;
      const { endpoint: _ofOtherServices, ...shared } = await aws();
      const client = {
        ...shared,
        region: s3.region || shared.region || 'us-east-1',
        ...(s3.endpoint !== '' && { endpoint: s3.endpoint }),
        requestHandler: { ...shared.requestHandler, requestTimeout: s3.requestTimeoutMs },
      };
      const settings = {
        ...s3,
        buckets: bucketsOf(s3),
        encryption: encryptionOf(s3),
        requireVersions: s3.versions === 'required',
      };
      const opened = await openS3Content(client, settings, { clock, sealKeys: addressKeys });
      return { ...opened, threadData: { s3: opened.threadData } };
    },
  };

function bucketsOf(s3: Config['s3']): Record<Area, string> {
  return {
    incoming: s3.incomingBucket || s3.bucket,
    packages: s3.packagesBucket || s3.bucket,
    quarantine: s3.quarantineBucket || s3.bucket,
    processed: s3.processedBucket || s3.bucket,
    validators: s3.validatorsBucket || s3.bucket,
    logs: s3.logsBucket || s3.bucket,
    backups: s3.backupsBucket || s3.bucket,
  };
}

function encryptionOf({ encryption, kmsKey }: Config['s3']) {
  return encryption === 'kms' ? ({ by: 'kms', keyId: kmsKey } as const) : { by: encryption };
}

export function openContent(config: Config, given: Given): Promise<ContentPorts> {
  return openers[config.engines.content](config, given);
}
