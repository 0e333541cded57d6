import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { FaultProxy } from './fault-proxy.ts';

let engine: Server;
let proxy: FaultProxy;
/** What has reached the engine. */
let received: string;

beforeEach(async () => {
  received = '';
  // Says everything back.
  engine = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      received += piece;
      socket.write(piece);
    });
    socket.on('end', () => socket.end());
  }).listen(0, '127.0.0.1');
  await once(engine, 'listening');
  proxy = await FaultProxy.to('127.0.0.1', (engine.address() as AddressInfo).port);
});
afterEach(async () => {
  await proxy.close();
  engine.close();
});

function open(): Socket {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
  return socket.on('error', () => {});
}

async function answerTo(socket: Socket): Promise<string> {
  const [piece] = await once(socket, 'data');
  return String(piece);
}

async function failureOf(socket: Socket): Promise<string> {
  const [error] = await once(socket, 'error');
  return error.code;
}

test('without faults everything passes, ends too, however much it is', async () => {
  const socket = open();
  const sent = Buffer.alloc(20 * 1024 * 1024, 'assay');
  socket.end(sent);
  assert.ok((await buffer(socket)).equals(sent));
});

test('refused: connections are reset, new ones refused, and later all is well at the same port', async () => {
  const socket = open();
  socket.write('a');
  await answerTo(socket);
  const failed = failureOf(socket);
  await proxy.bring({ refuse: true });
  assert.equal(await failed, 'ECONNRESET');
  assert.equal(await failureOf(open()), 'ECONNREFUSED');
  await proxy.heal();
  const later = open();
  later.write('b');
  assert.equal(await answerTo(later), 'b');
});

test('stalled: nothing passes and nothing ends, and what was held back passes when it is over', async () => {
  const socket = open();
  socket.write('a');
  await answerTo(socket);
  await proxy.bring({ stall: true });
  const silent = open();
  socket.write('b');
  silent.write('c');
  await wait(30);
  assert.equal(received, 'a');
  assert.deepEqual([socket.destroyed, silent.destroyed], [false, false]);
  const answers = Promise.all([answerTo(socket), answerTo(silent)]);
  await proxy.heal();
  assert.deepEqual(await answers, ['b', 'c']);
});

test('delayed: every answer comes later', async () => {
  await proxy.bring({ delayMs: 40 });
  const socket = open();
  const begun = performance.now();
  socket.write('a');
  await answerTo(socket);
  assert.ok(performance.now() - begun >= 39);
});

test('cut: the connection is reset after so many bytes of answers', async () => {
  await proxy.bring({ cutAnswersAfter: 3 });
  const socket = open();
  socket.write('assay');
  const failed = failureOf(socket);
  assert.equal(await answerTo(socket), 'ass');
  assert.equal(await failed, 'ECONNRESET');
});

test('cut: or after so many bytes of requests, of which the engine got the first', async () => {
  await proxy.bring({ cutRequestsAfter: 3 });
  const socket = open();
  const failed = failureOf(socket);
  socket.write('assay');
  assert.equal(await failed, 'ECONNRESET');
  await wait(5);
  assert.equal(received, 'ass');
});

test('cut: or all connections at once, and new ones pass', async () => {
  const socket = open();
  socket.write('a');
  await answerTo(socket);
  const failed = failureOf(socket);
  proxy.cut();
  assert.equal(await failed, 'ECONNRESET');
  const later = open();
  later.write('b');
  assert.equal(await answerTo(later), 'b');
});

test('corrupt: answers are changed on their way, requests are not', async () => {
  await proxy.bring({ corrupt: (answer) => Buffer.from(String(answer).replace('y', 'i')) });
  const socket = open();
  socket.write('assay');
  assert.equal(await answerTo(socket), 'assai');
  assert.equal(received, 'assay');
});
