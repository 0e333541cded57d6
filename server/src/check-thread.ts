// Where a check thread begins: the counterpart of wiring/ inside the threads that `ThreadedExaminer` starts.
import { tmpdir } from 'node:os';
import { workerData } from 'piscina';
import { type ClamdSettings, openClamdEngine } from './adapters/clamd/clamd-engine.ts';
import { StreamExpander } from './adapters/compression/stream-expander.ts';
import { openFileSource } from './adapters/filesystem/file-source.ts';
import { openMemorySource } from './adapters/memory/memory-source.ts';
import type { S3ThreadData } from './adapters/s3/thread-data.ts';
import { checkThreadHandler } from './adapters/threads/check-thread-handler.ts';
import { ScratchFolder } from './adapters/threads/scratch-folder.ts';
import { yaraRuleSets } from './adapters/yara/shipped-rules.ts';
import { openYaraEngine, type YaraSettings } from './adapters/yara/yara-engine.ts';
import { YauzlArchiveReader } from './adapters/yauzl/yauzl-archive-reader.ts';
import {
  type Inspection,
  inspectFormats,
  malwareInspections,
  secretsInspection,
} from './core/checks/index.ts';

/** What a thread is given when it starts. */
export interface CheckThreadData {
  /** Where compressed files are put that are opened inside packages; the system's own folder when not given. */
  readonly scratch?: { readonly folder: string; readonly maximumBytes: number };
  /** For content that lies there. */
  readonly s3?: S3ThreadData;
  /** How malware is looked for; by the rules that come with the registry when not given. */
  readonly malware?: { readonly yara: YaraSettings; readonly clamd?: ClamdSettings };
}

const { s3, scratch, malware } = (workerData ?? {}) as Partial<CheckThreadData>;

export default checkThreadHandler({
  archiveReader: new YauzlArchiveReader(),
  expander: new StreamExpander(),
  scratch: new ScratchFolder(scratch?.folder ?? tmpdir(), scratch?.maximumBytes ?? Number.MAX_SAFE_INTEGER),
  inspections: () => {
    opened ??= openInspections();
    return opened;
  },
  async openSource(content) {
    switch (content.store) {
      case 'file':
        return openFileSource(content);
      case 'memory':
        return openMemorySource(content);
      case 's3':
        return (await openerOfS3())(content);
    }
  },
});

let opened: readonly Inspection[] | undefined;

/** Made when the first files come: engines take their time to open. */
function openInspections(): readonly Inspection[] {
  const yara = malware?.yara ?? { rules: yaraRuleSets(), windowTimeLimitMs: 10_000 };
  const engines = [openYaraEngine(yara), ...(malware?.clamd ? [openClamdEngine(malware.clamd)] : [])];
  return [inspectFormats, ...malwareInspections(engines), secretsInspection()];
}

type S3Opener = ReturnType<typeof import('./adapters/s3/s3-source.ts').s3SourceOpener>;
let opener: Promise<S3Opener> | undefined;

/** Loaded when the first such content comes: it takes longer than the rest of a thread. */
function openerOfS3(): Promise<S3Opener> {
  if (s3 === undefined) throw new TypeError('the thread was not told how to reach S3');
  opener ??= import('./adapters/s3/s3-source.ts').then(({ s3SourceOpener }) => s3SourceOpener(s3));
  return opener;
}
