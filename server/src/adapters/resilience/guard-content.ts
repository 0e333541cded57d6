import { errorMonitor } from 'node:events';
import type { Readable } from 'node:stream';
import type { ContentStore, OpenContent, ReceivingStore, ServingStore } from '../../core/content/index.ts';
import { isTransient } from '../../core/errors.ts';
import { begin, bulk, bulkOnce, idempotentWrite, list, read } from './call.ts';
import type { GuardedSide } from './engine-guard.ts';
import { guarded } from './guarded.ts';

/** Of a stream its beginning is guarded; when it breaks off later, that is told, and its reader sees the error. */
export function guardContent(store: ContentStore, side: GuardedSide): ContentStore {
  return {
    ...guarded(
      store,
      side,
      {
        stat: read,
        read: begin,
        open: begin,
        locate: read,
        write: bulkOnce,
        copy: bulk,
        remove: idempotentWrite,
        probe: read,
      },
      { list: (area) => side.each(() => store.list(area)) },
    ),
    async read(key, range) {
      const stream = await side.run(
        begin,
        () => store.read(key, range),
        (late) => late.destroy(),
      );
      return watched(stream, side);
    },
    async open(key) {
      const content = await side.run(
        begin,
        () => store.open(key),
        (late) => void late.close().catch(() => {}),
      );
      return guardOpenContent(content, side);
    },
  };
}

function watched(stream: Readable, side: GuardedSide): Readable {
  return stream.on(errorMonitor, (error) => {
    if (isTransient(error)) side.streamBroke(error);
  });
}

/**
 * A read goes into a buffer of its caller, who may use it for something else once the read has ended: so it is not
 * given up before it has, and how long it may take is left to the store.
 */
function guardOpenContent(content: OpenContent, side: GuardedSide): OpenContent {
  return guarded(content, side, { read: bulk, close: bulk }, { stat: content.stat });
}

export function guardReceiving(store: ReceivingStore, side: GuardedSide): ReceivingStore {
  return guarded(
    store,
    side,
    {
      addressForm: read,
      addressPart: read,
      begin: idempotentWrite,
      listParts: list,
      join: bulk,
      abort: idempotentWrite,
    },
    { listSessions: () => side.each(() => store.listSessions()) },
  );
}

export function guardServing(store: ServingStore, side: GuardedSide): ServingStore {
  return guarded(store, side, { addressContent: read }, {});
}
