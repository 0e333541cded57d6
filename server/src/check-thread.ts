// Where a check thread begins: the counterpart of wiring/ inside the threads that `ThreadedExaminer` starts.
import { openFileSource } from './adapters/filesystem/file-source.ts';
import { openMemorySource } from './adapters/memory/memory-source.ts';
import { checkThreadHandler } from './adapters/threads/check-thread-handler.ts';
import { YauzlArchiveReader } from './adapters/yauzl/yauzl-archive-reader.ts';

export default checkThreadHandler({
  archiveReader: new YauzlArchiveReader(),
  openSource: (content) => (content.store === 'file' ? openFileSource(content) : openMemorySource(content)),
});
