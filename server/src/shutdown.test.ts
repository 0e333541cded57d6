import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Phase, runPhases, stopOnSignal } from './shutdown.ts';

describe('phases', () => {
  test('run one after another, each logged with its duration', async () => {
    const { options, done, lines } = recorder();
    assert.equal(await runPhases([phase('first', done, 20), phase('second', done)], options), true);
    assert.deepEqual(done, ['first', 'second']);
    assert.deepEqual(lines, ['info first: phase done', 'info second: phase done']);
  });

  test('one that takes too long is given up, and the next begins', async () => {
    const { options, done, lines } = recorder(10);
    const stuck = { name: 'stuck', run: () => new Promise(() => {}), giveUp: () => done.push('given up') };
    assert.equal(await runPhases([stuck, phase('next', done)], options), false);
    assert.deepEqual(done, ['given up', 'next']);
    assert.deepEqual(lines, [
      'error stuck: phase takes too long, going on without it',
      'info next: phase done',
    ]);
  });

  test('one that fails does not keep the next from running', async () => {
    const { options, done, lines } = recorder();
    const failing = { name: 'failing', run: () => Promise.reject(new Error('broken')) };
    assert.equal(await runPhases([failing, phase('next', done)], options), false);
    assert.deepEqual(done, ['next']);
    assert.equal(lines[0], 'error failing: phase failed, going on');
  });
});

describe('a signal', () => {
  test('runs the phases and ends the process with 0', async () => {
    const { options, done } = recorder();
    const process = new EventEmitter();
    const code = await new Promise<number>((exit) => {
      stopOnSignal(process, [phase('only', done)], options, exit);
      process.emit('SIGTERM');
    });
    assert.equal(code, 0);
    assert.deepEqual(done, ['only']);
  });

  test('ends the process with 1 when a phase was given up', async () => {
    const { options } = recorder(10);
    const process = new EventEmitter();
    const code = await new Promise<number>((exit) => {
      stopOnSignal(process, [{ name: 'stuck', run: () => new Promise(() => {}) }], options, exit);
      process.emit('SIGINT');
    });
    assert.equal(code, 1);
  });

  test('that is passed on twice is one', async () => {
    const { options, done } = recorder();
    const process = new EventEmitter();
    const code = await new Promise<number>((exit) => {
      stopOnSignal(process, [phase('only', done, 20)], options, exit);
      process.emit('SIGTERM');
      process.emit('SIGTERM');
    });
    assert.equal(code, 0);
    assert.deepEqual(done, ['only']);
  });

  test('that comes a second time ends the process at once', async () => {
    const { options } = recorder(900);
    const process = new EventEmitter();
    const code = await new Promise<number>((exit) => {
      stopOnSignal(process, [{ name: 'stuck', run: () => new Promise(() => {}) }], options, exit);
      process.emit('SIGINT');
      setTimeout(() => process.emit('SIGTERM'), 600);
    });
    assert.equal(code, 1);
  });
});

function phase(name: string, done: string[], takesMs = 0): Phase {
  return { name, run: () => sleep(takesMs).then(() => done.push(name)) };
}

function recorder(phaseTimeoutMs = 1_000) {
  const lines: string[] = [];
  const note = (level: string) => (about: object, message: string) => {
    const { phase: name, durationMs } = about as { phase?: string; durationMs?: number };
    if (name !== undefined && durationMs !== undefined) lines.push(`${level} ${name}: ${message}`);
  };
  const log = { info: note('info'), error: note('error') };
  return { options: { phaseTimeoutMs, log }, done: [] as string[], lines };
}
