// A check thread that looks at no content: what the archive check costs by itself.
import { tmpdir } from 'node:os';
import { StreamExpander } from '../../server/src/adapters/compression/stream-expander.ts';
import { openFileSource } from '../../server/src/adapters/filesystem/file-source.ts';
import { checkThreadHandler } from '../../server/src/adapters/threads/check-thread-handler.ts';
import { ScratchFolder } from '../../server/src/adapters/threads/scratch-folder.ts';
import { YauzlArchiveReader } from '../../server/src/adapters/yauzl/yauzl-archive-reader.ts';

export default checkThreadHandler({
  archiveReader: new YauzlArchiveReader(),
  expander: new StreamExpander(),
  scratch: new ScratchFolder(tmpdir(), Number.MAX_SAFE_INTEGER),
  inspections: () => [],
  openSource(content) {
    if (content.store !== 'file') throw new TypeError('only files are measured');
    return openFileSource(content);
  },
});
