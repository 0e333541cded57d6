// Where a check thread begins: the counterpart of wiring.ts inside the threads that `ThreadedExaminer` starts.
import { enableCompileCache } from 'node:module';

// Without it each thread would load a TypeScript compiler of its own: some 20 MB and 100 ms.
enableCompileCache();
const [{ openFileSource }, { openMemorySource }, { checkThreadHandler }, { YauzlArchiveReader }] =
  await Promise.all([
    import('./adapters/filesystem/file-source.ts'),
    import('./adapters/memory/memory-source.ts'),
    import('./adapters/threads/check-thread-handler.ts'),
    import('./adapters/yauzl/yauzl-archive-reader.ts'),
  ]);

export default checkThreadHandler({
  archiveReader: new YauzlArchiveReader(),
  openSource: (content) => (content.store === 'file' ? openFileSource(content) : openMemorySource(content)),
});
