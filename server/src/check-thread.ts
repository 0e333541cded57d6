// Where a check thread begins: the counterpart of wiring/ inside the threads that `ThreadedExaminer` starts.
import { workerData } from 'piscina';
import { openFileSource } from './adapters/filesystem/file-source.ts';
import { openMemorySource } from './adapters/memory/memory-source.ts';
import type { S3ThreadData } from './adapters/s3/thread-data.ts';
import { checkThreadHandler } from './adapters/threads/check-thread-handler.ts';
import { YauzlArchiveReader } from './adapters/yauzl/yauzl-archive-reader.ts';

export default checkThreadHandler({
  archiveReader: new YauzlArchiveReader(),
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

type S3Opener = ReturnType<typeof import('./adapters/s3/s3-source.ts').s3SourceOpener>;
let opener: Promise<S3Opener> | undefined;

/** Loaded when the first such content comes: it takes longer than the rest of a thread. */
function openerOfS3(): Promise<S3Opener> {
  const { s3 } = workerData as { readonly s3: S3ThreadData };
  opener ??= import('./adapters/s3/s3-source.ts').then(({ s3SourceOpener }) => s3SourceOpener(s3));
  return opener;
}
