// The last step of the gate: what the validator of a sensitive package says, once the policy has said yes.
import type { GroupStore } from '../access/index.ts';
import { keepableText } from '../audit/index.ts';
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
  readonly allowed: boolean;
  /** For the caller. */
  readonly message: string;
  readonly noted: NotedRun;
}

/** What goes on record about it, as `validator` among the inputs of the decision. */
export interface NotedRun {
  /** Which version of the validator. */
  readonly version: number;
  readonly cause: ValidatorCause;
  readonly elapsedMs: number;
  /** What the script has complained of, for those who maintain it; never for the caller. */
  readonly diagnostics?: string;
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
  const content = { package: pkg, version, digest };
  const { message, cause, elapsedMs, diagnostics, ...said } = await outcomeOf(
    ports,
    caller,
    content,
    last.script,
  );
  const allowed = said.allowed && cause === 'allowed';
  return {
    allowed,
    message: allowed
      ? 'The validator of the package allows it.'
      : message.trim() || 'The validator of the package does not allow it.',
    noted: {
      version: last.number,
      cause,
      elapsedMs: Math.round(elapsedMs),
      ...(diagnostics !== undefined && { diagnostics: keepableText(diagnostics.slice(-longestText)) }),
    },
  };
}

/** Of what goes on record: what scripts say may be long. */
export const longestText = 1_000;

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
