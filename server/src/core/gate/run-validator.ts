// The last step of the gate: what the validator of a sensitive package says, once the policy has said yes.
import type { GroupStore } from '../access/index.ts';
import type { Caller } from '../caller.ts';
import { type ContentStore, type OpenContent, packageKey } from '../content/index.ts';
import { StorageError } from '../errors.ts';
import type { Meant } from '../packages/index.ts';
import type {
  ArchiveAddresses,
  ValidatorArchive,
  ValidatorCause,
  ValidatorOutcome,
  ValidatorRunner,
  ValidatorScript,
  ValidatorStore,
} from '../validators/index.ts';

export interface ValidatorRunPorts {
  readonly validators: Pick<ValidatorStore, 'last'>;
  readonly validatorRunner: Pick<ValidatorRunner, 'run'>;
  readonly content: Pick<ContentStore, 'open'>;
  readonly groups: Pick<GroupStore, 'groupsOf'>;
  /** Null where validators run in processes of this server, which reads for them. */
  readonly validatorArchives: ArchiveAddresses | null;
}

/** What a validator has said about one download. */
export interface ValidatorRun {
  /** Which version of the validator. */
  readonly version: number;
  readonly allowed: boolean;
  readonly cause: ValidatorCause;
  readonly elapsedMs: number;
  /** For the caller: of a denial the script's own words, of everything else ours. */
  readonly message: string;
  /** What the runner tells, for those who maintain the script. */
  readonly told: string;
}

/** What of a run goes on record, as `validator` among the inputs of the decision. */
export interface NotedRun extends Pick<ValidatorRun, 'version' | 'cause' | 'elapsedMs'> {
  readonly told?: string;
}

/**
 * Null when no validator decides about the package: it is not sensitive, or has none. It runs for everybody, those who
 * maintain the package too. Whatever goes wrong while it runs is a run that does not allow.
 */
export async function runValidator(
  ports: ValidatorRunPorts,
  caller: Caller,
  { package: pkg, version, digest }: Meant & { readonly digest: string },
): Promise<ValidatorRun | null> {
  if (!pkg.sensitive) return null;
  const last = await ports.validators.last(pkg.id);
  if (last === null || last.script === null) return null;
  const { allowed, cause, message, elapsedMs } = await outcomeOf(
    ports,
    caller,
    { package: pkg, version, digest },
    last.script,
  );
  return {
    version: last.number,
    allowed: allowed && cause === 'allowed',
    cause,
    elapsedMs: Math.round(elapsedMs),
    message: (cause === 'denied' && message.trim()) || messages[cause],
    told: message,
  };
}

async function outcomeOf(
  ports: ValidatorRunPorts,
  caller: Caller,
  { package: pkg, version, digest }: Meant & { readonly digest: string },
  { language, source }: ValidatorScript,
): Promise<ValidatorOutcome> {
  const groups = caller.user === null ? [] : await ports.groups.groupsOf(caller.user.id);
  const url = await ports.validatorArchives?.addressOf(version, digest);
  await using archive = new LazyArchive(ports.content, digest, version.sizeBytes, url);
  return await ports.validatorRunner.run({
    language,
    source,
    packageName: pkg.name,
    versionLabel: version.label,
    uploader: version.uploadedBy.userName,
    downloader: caller.user?.name ?? '',
    groups: groups.map(({ name }) => name),
    metadata: metadataOf({ package: pkg, version, digest }),
    archive,
  });
}

function metadataOf({ package: pkg, version, digest }: Meant & { readonly digest: string }) {
  return {
    kind: pkg.kind,
    title: pkg.title,
    description: pkg.description,
    owner: pkg.ownerName,
    license: version.license,
    summary: version.summary,
    fileName: version.fileName,
    contentType: version.contentType,
    sizeBytes: version.sizeBytes,
    digest,
    publishedAt: version.publishedAt?.toISOString() ?? null,
  };
}

const messages: Readonly<Record<ValidatorCause, string>> = {
  allowed: 'The validator of the package allows it.',
  denied: 'The validator of the package does not allow it.',
  'timed-out': 'The validator of the package was stopped: it ran for longer than it may.',
  crashed: 'The validator of the package ended without a decision.',
  'too-much-output': 'The validator of the package was stopped: it wrote more than it may.',
  unavailable: 'The validator of the package could not be run.',
  busy: 'The validator of the package could not be run: too many others are running.',
};

/** Content that is opened when it is first read: most scripts look at who asks, and at no byte. */
class LazyArchive implements ValidatorArchive {
  readonly sizeBytes: number;
  readonly url?: string;
  readonly #content: Pick<ContentStore, 'open'>;
  readonly #digest: string;
  #opened: Promise<OpenContent> | undefined;

  constructor(
    content: Pick<ContentStore, 'open'>,
    digest: string,
    sizeBytes: number,
    url: string | undefined,
  ) {
    this.sizeBytes = sizeBytes;
    if (url !== undefined) this.url = url;
    this.#content = content;
    this.#digest = digest;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const fits = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
    if (!fits || offset + length > this.sizeBytes) {
      throw new StorageError('permanent', `${length} bytes at ${offset} are not in ${this.sizeBytes}.`);
    }
    this.#opened ??= this.#content.open(packageKey(this.#digest));
    const into = new Uint8Array(length);
    const read = await (await this.#opened).read(into, offset);
    if (read === length) return into;
    throw new StorageError('permanent', `The content ${this.#digest} is shorter than its version says.`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.close();
  }
}
