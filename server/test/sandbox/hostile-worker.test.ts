// A worker that a script has taken over entirely: it sends whatever it likes. The registry must neither believe it,
// nor fail, nor wait for it.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { frame, rangeBytes } from '../../src/adapters/sandbox/frames.ts';
import { runInWorker } from '../../src/adapters/sandbox/run-in-worker.ts';
import { WorkerProcess } from '../../src/adapters/sandbox/worker-process.ts';
import type { ValidatorCause } from '../../src/core/validators/index.ts';
import { testSettings } from './range.ts';

const program = fileURLToPath(new URL('./hostile-program.ts', import.meta.url));
const sizeBytes = 1_000;
const reads: [number, number][] = [];

/** Sends these bytes when it gets its task, then does nothing. */
async function afterSending(bytes: Uint8Array, wallMs = 60_000) {
  const worker = new WorkerProcess(
    { file: program, arguments: [Buffer.from(bytes).toString('base64')], nodeOptions: ['--no-warnings'] },
    60_000,
  );
  await worker.ready;
  const task = {
    compileOnly: false,
    source: '',
    arguments: ['', '', '', ''] as [string, string, string, string],
    context: { package: '', version: '', uploader: '', user: '', groups: [], metadata: {} },
    sizeBytes,
    reach: false,
  };
  const outcome = await runInWorker(worker, task, {
    limits: { ...testSettings.limits, wallMs },
    read: async (offset, length) => {
      reads.push([offset, length]);
      return new Uint8Array(length);
    },
    outside: null,
    signal: undefined,
    report: () => {},
  });
  assert.equal(worker.hasEnded, true, 'it is still there');
  return outcome;
}

function framed(kind: number, payload: Uint8Array | string = ''): Buffer {
  const bytes = Buffer.from(payload);
  const header = Buffer.alloc(5);
  header.writeUInt8(kind, 0);
  header.writeUInt32LE(bytes.length, 1);
  return Buffer.concat([header, bytes]);
}

function range(offset: number, length: number): Buffer {
  const asked = Buffer.alloc(12);
  asked.writeDoubleLE(offset, 0);
  asked.writeUInt32LE(length, 8);
  return framed(frame.range, asked);
}

const tooLong = Buffer.alloc(5);
tooLong.writeUInt8(frame.output, 0);
tooLong.writeUInt32LE(0xffff_ffff, 1);

const lies: Readonly<Record<string, [Buffer, ValidatorCause]>> = {
  'a range in front of the archive': [range(-1, 10), 'crashed'],
  'a range behind the archive': [range(sizeBytes, 1), 'crashed'],
  'a range over the end of the archive': [range(sizeBytes - 1, 2), 'crashed'],
  'a range of nothing': [range(0, 0), 'crashed'],
  'a range that is too large': [range(0, rangeBytes + 1), 'crashed'],
  'a range at no number': [range(Number.NaN, 1), 'crashed'],
  'a range at infinity': [range(Number.POSITIVE_INFINITY, 1), 'crashed'],
  'a range at half a byte': [range(0.5, 1), 'crashed'],
  'a range that is cut off': [framed(frame.range, 'short'), 'crashed'],
  'two ranges at once': [Buffer.concat([range(0, 1), range(1, 1)]), 'crashed'],
  'a request when there is nobody to ask': [framed(frame.request, '{}'), 'crashed'],
  'a frame of an unknown kind': [framed(99), 'crashed'],
  'a second frame that says it is ready': [framed(frame.ready), 'crashed'],
  'a frame that is too long': [tooLong, 'crashed'],
  'an end that is no JSON': [framed(frame.end, '{'), 'crashed'],
  'an end that is null': [framed(frame.end, 'null'), 'crashed'],
  'an end that is a number': [framed(frame.end, '1'), 'crashed'],
  'an end that cannot be put into words': [
    framed(frame.end, '{"end":"violation","what":{"toString":1}}'),
    'crashed',
  ],
  'a text of nothing': [framed(frame.output), 'crashed'],
  'an end of an unknown kind': [framed(frame.end, '{"end":"allowed"}'), 'crashed'],
  'an exit code that is a text': [framed(frame.end, '{"end":"exit","code":"0"}'), 'denied'],
  'an exit code that is nothing': [framed(frame.end, '{"end":"exit","code":null}'), 'denied'],
  'no exit code': [framed(frame.end, '{"end":"exit"}'), 'denied'],
  'more output than it may': [
    Buffer.concat(Array.from({ length: 3 }, () => framed(frame.output, 'x'.repeat(30_000)))),
    'too-much-output',
  ],
};

describe('a worker that sends', { concurrency: 2 }, () => {
  for (const [what, [bytes, cause]] of Object.entries(lies)) {
    test(`${what} is ended, and does not allow`, async () => {
      const outcome = await afterSending(bytes);
      assert.deepEqual([outcome.cause, outcome.allowed], [cause, false]);
    });
  }

  test('nothing is ended when its time is over', async () => {
    assert.equal((await afterSending(Buffer.alloc(0), 200)).cause, 'timed-out');
  });

  test('half a frame is ended when its time is over', async () => {
    assert.equal((await afterSending(range(0, 10).subarray(0, 8), 200)).cause, 'timed-out');
  });

  test('bytes that are no text has them replaced in its message', async () => {
    const sent = [
      framed(frame.output, Buffer.from([0xff, 0xfe])),
      framed(frame.end, '{"end":"exit","code":1}'),
    ];
    assert.equal((await afterSending(Buffer.concat(sent))).message, '\ufffd\ufffd');
  });

  after(() => {
    const outside = reads.filter(([offset, length]) => !(offset >= 0 && offset + length <= sizeBytes));
    assert.deepEqual(outside, [], 'ranges outside of the archive were read');
  });
});

test('a worker that is ready waits for its task for as long as it takes', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const sent = framed(frame.output, 'here').toString('base64');
  const worker = new WorkerProcess(
    { file: program, arguments: [sent], nodeOptions: ['--no-warnings'] },
    60_000,
  );
  await worker.ready;
  t.mock.timers.tick(60_000);
  const answered = new Promise((resolve) => worker.listen((_, payload) => resolve(payload.toString())));
  worker.send(Buffer.alloc(1));
  assert.equal(await Promise.race([answered, worker.ended]), 'here');
  await worker.end();
});
