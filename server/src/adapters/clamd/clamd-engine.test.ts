import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import type { MalwareHit } from '../../core/checks/index.ts';
import { clamdVersion, openClamdEngine } from './clamd-engine.ts';
import { verifyLimits } from './verify-limits.ts';

const needle = 'needle-of-the-test';
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

interface Behaviour {
  readonly streamMaxLength?: number;
  readonly maxFileSize?: number;
  readonly heuristics?: boolean;
  /** In place of the reply to a stream; null: none at all. */
  readonly answer?: (content: Buffer) => string | null;
}

/** Understands what the daemon does, and notes every stream it was sent. */
async function fakeClamd(behaviour: Behaviour = {}) {
  const streams: Buffer[] = [];
  const server = createServer((socket) => serve(socket, behaviour, streams));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const at = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  return { at, streams, server };
}

function serve(socket: Socket, behaviour: Behaviour, streams: Buffer[]): void {
  let received: Buffer = Buffer.alloc(0);
  const content: Buffer[] = [];
  let isStream = false;
  socket.on('error', () => {});
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    if (!isStream) {
      const at = received.indexOf(0);
      if (at < 0) return;
      const command = received.toString('latin1', 0, at);
      received = received.subarray(at + 1);
      if (command === 'zVERSION') return void socket.end('ClamAV 1.4.6/27123/Mon Jan  5 08:26:00 2026\0');
      isStream = command === 'zINSTREAM';
      if (!isStream) return void socket.end('UNKNOWN COMMAND\0');
    }
    while (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
      const length = received.readUInt32BE(0);
      content.push(Buffer.from(received.subarray(4, 4 + length)));
      received = received.subarray(4 + length);
      const sizeBytes = content.reduce((sum, piece) => sum + piece.length, 0);
      if (sizeBytes > (behaviour.streamMaxLength ?? Number.POSITIVE_INFINITY)) {
        socket.end('INSTREAM size limit exceeded. ERROR\0');
        return;
      }
      if (length > 0) continue;
      const whole = Buffer.concat(content);
      if (!isTest(whole)) streams.push(whole);
      const answer = replyTo(whole, behaviour);
      if (answer === null) socket.destroy();
      else if (answer !== '') socket.end(`${answer}\0`);
    }
  });
}

function isTest(content: Buffer): boolean {
  return content.toString('latin1', 8, 16) === 'ACONanih';
}

function replyTo(content: Buffer, { maxFileSize, heuristics = true, answer }: Behaviour): string | null {
  if (content.length > (maxFileSize ?? Number.POSITIVE_INFINITY)) return 'stream: OK';
  if (isTest(content)) return heuristics ? 'stream: Heuristics.Exploit.W32.MS05-002 FOUND' : 'stream: OK';
  if (answer !== undefined) return answer(content);
  return content.includes(needle) ? 'stream: Test.Needle FOUND' : 'stream: OK';
}

async function look(
  at: string,
  content: Buffer,
  settings: { pieceBytes?: number; timeLimitMs?: number } = {},
) {
  const { pieceBytes = 700, timeLimitMs = 5_000 } = settings;
  const engine = openClamdEngine({ at, timeLimitMs, windowBytes: 4_000 });
  const hits: MalwareHit[] = [];
  const missed: { reason: string; start?: number; end?: number }[] = [];
  const by: string[] = [];
  const file = { name: 'f', sizeBytes: content.length, head: content.subarray(0, 512) };
  const inspector = engine.inspect(file, {
    hit: (hit) => hits.push(hit),
    missed: (reason, range) => missed.push({ reason, ...range }),
    by: (version) => by.push(version),
  });
  const reused = Buffer.alloc(pieceBytes);
  for (let from = 0; from < content.length; from += pieceBytes) {
    const piece = reused.subarray(0, content.copy(reused, 0, from));
    const pause = inspector.push(piece);
    reused.fill(0xee);
    await pause;
  }
  await inspector.end();
  return { hits, missed, by };
}

describe('the ClamAV daemon', () => {
  test('is sent a file as it is, and what it finds is told with the version of its signatures', async () => {
    const clamd = await fakeClamd();
    const content = Buffer.from(`1234 ${needle} 5678`);
    const { hits, missed, by } = await look(clamd.at, content, { pieceBytes: 3 });
    assert.deepEqual(clamd.streams, [content]);
    assert.deepEqual(hits, [{ rule: 'Test.Needle', severity: 'blocks', description: '', offset: 0 }]);
    assert.deepEqual(missed, []);
    assert.deepEqual(by, ['ClamAV 1.4.6/27123/Mon Jan  5 08:26:00 2026']);
    assert.equal(await clamdVersion({ at: clamd.at, timeLimitMs: 5_000 }), by[0]);
  });

  test('is sent a large file in windows of what it takes, so that it finds what lies across two', async () => {
    for (const at of [0, 3_990, 6_995, 9_982]) {
      const clamd = await fakeClamd({ streamMaxLength: 4_000, maxFileSize: 4_000 });
      const content = Buffer.alloc(10_000, 'x');
      content.write(needle, at);
      const { hits, missed } = await look(clamd.at, content);
      assert.ok(hits.length > 0, `at ${at}`);
      assert.deepEqual(missed, []);
      const [hit] = hits;
      assert.ok((hit?.offset ?? Number.NaN) <= at && at < (hit?.offset ?? 0) + 4_000);
      const positions = [0, 3_000, 6_000];
      assert.deepEqual(
        clamd.streams,
        positions.map((start) => content.subarray(start, start + 4_000)),
      );
    }
  });

  test('that answers anything but OK or a name has not looked at those bytes', async () => {
    const answers = [
      'stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND',
      'stream: Heuristics.Encrypted.Zip FOUND',
      'stream: CL_EMEM ERROR',
      'INSTREAM size limit exceeded. ERROR',
    ];
    for (const answer of answers) {
      const clamd = await fakeClamd({ answer: (content) => (content[0] === 0x61 ? 'stream: OK' : answer) });
      const content = Buffer.concat([Buffer.alloc(3_000, 'a'), Buffer.alloc(2_000, 'b')]);
      const { hits, missed } = await look(clamd.at, content);
      assert.deepEqual(hits, [], answer);
      assert.deepEqual(
        missed.map(({ start, end }) => ({ start, end })),
        [{ start: 3_000, end: 5_000 }],
        answer,
      );
    }
  });

  test('that says nothing for too long has not looked at the file', async () => {
    const clamd = await fakeClamd({ answer: () => '' });
    const { hits, missed } = await look(clamd.at, Buffer.from('abc'), { timeLimitMs: 100 });
    assert.deepEqual(hits, []);
    assert.match(missed[0]?.reason ?? '', /said nothing for 0.1 s/);
  });

  test('that is away, or breaks off, is an error to be tried again and says nothing about the file', async () => {
    const gone = await fakeClamd();
    await new Promise((resolve) => gone.server.close(resolve));
    const unreached = { name: 'StorageError', failure: 'transient', transience: 'unreached' };
    await assert.rejects(look(gone.at, Buffer.from('abc')), unreached);
    await assert.rejects(look('/nowhere/clamd.sock', Buffer.from('abc')), unreached);
    const breaking = await fakeClamd({ answer: () => null });
    const contended = { name: 'StorageError', failure: 'transient', transience: 'contended' };
    await assert.rejects(look(breaking.at, Buffer.from('abc')), contended);
  });

  test('whose limits are below what it is sent is not believed when it says OK', async () => {
    const limits = [
      [{ streamMaxLength: 99_999 }, /StreamMaxLength/],
      [{ maxFileSize: 99_999 }, /MaxFileSize or MaxScanSize/],
      [{ heuristics: false }, /HeuristicAlerts/],
    ] as const;
    for (const [behaviour, reason] of limits) {
      const address = { at: (await fakeClamd(behaviour)).at, timeLimitMs: 5_000 };
      await assert.rejects(verifyLimits(address, 100_000), { name: 'ClamdMisconfigured', message: reason });
      if (!('heuristics' in behaviour)) await verifyLimits(address, 99_999);
    }
    const clamd = await fakeClamd({ streamMaxLength: 3_999 });
    const { hits, missed } = await look(clamd.at, Buffer.from('abc'));
    assert.deepEqual([hits, missed.length], [[], 1]);
  });
});
