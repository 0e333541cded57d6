import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { TestClock } from '../../test/support/test-registry.ts';
import { withMethods } from '../../test/support/test-worker.ts';
import { MemorySecretStore } from '../adapters/memory/secret-store.ts';
import { StorageError } from './errors.ts';
import { SharedSecret } from './secrets.ts';

const refreshMs = 60_000;

function shared() {
  const clock = new TestClock();
  const store = new MemorySecretStore(refreshMs);
  const state = { reads: 0, away: false };
  const secrets = withMethods(store, {
    read: async (name) => {
      state.reads++;
      if (state.away) throw new StorageError('transient', 'away');
      return store.read(name);
    },
  });
  const parse = (text: string) => {
    if (text === '') throw new Error('Nothing is in it.');
    return text.split(',');
  };
  const open = () => new SharedSecret({ clock, secrets }, 'list', parse);
  const overwrite = async (text: string) =>
    store.replace('list', text, (await store.read('list'))?.version ?? '');
  return { clock, store, state, open, overwrite };
}

test('a secret is read once per interval, however often and by how many it is asked for', async () => {
  const { clock, store, state, open } = shared();
  await store.create('list', 'a,b');
  const secret = open();
  const all = await Promise.all(Array.from({ length: 50 }, () => secret.value()));
  for (const value of all) assert.deepEqual(value, ['a', 'b']);
  clock.advance(59);
  await secret.value();
  assert.equal(state.reads, 1);
  clock.advance(1);
  await Promise.all([secret.value(), secret.value()]);
  assert.equal(state.reads, 2);
});

test('what another process has changed is seen after the interval, or at once when it is looked for', async () => {
  const { clock, store, open, overwrite } = shared();
  await store.create('list', 'a');
  const [patient, looking] = [open(), open()];
  await Promise.all([patient.value(), looking.value()]);
  await overwrite('a,b');
  clock.advance(1);
  assert.deepEqual(await patient.value(), ['a']);
  assert.deepEqual(await looking.value({ afresh: true }), ['a', 'b']);
  clock.advance(59);
  assert.deepEqual(await patient.value(), ['a', 'b']);
});

test('looking for what is not there reads once a second at most', async () => {
  const { clock, store, state, open } = shared();
  await store.create('list', 'a');
  const secret = open();
  for (let i = 0; i < 100; i++) {
    await secret.value({ afresh: true });
    clock.advance(0.1);
  }
  assert.ok(state.reads >= 9 && state.reads <= 11, `${state.reads} reads`);
});

test('a store that does not answer, or holds nonsense, takes nothing away; what it says then is believed', async () => {
  const { clock, store, state, open, overwrite } = shared();
  await store.create('list', 'a');
  const secret = open();
  await secret.value();
  state.away = true;
  for (let i = 0; i < 3; i++) {
    clock.advance(60);
    assert.deepEqual(await secret.value(), ['a']);
  }
  state.away = false;
  await overwrite('');
  clock.advance(60);
  assert.deepEqual(await secret.value(), ['a']);
  await overwrite('b');
  clock.advance(60);
  // Nobody waits for the store that failed before: what it says is there for the next one.
  await secret.value();
  await setImmediate();
  assert.deepEqual(await secret.value(), ['b']);
});

test('while nothing is known, a store that does not answer is an error, and is asked again', async () => {
  const { store, state, open } = shared();
  await store.create('list', 'a');
  const secret = open();
  state.away = true;
  for (let i = 0; i < 2; i++) {
    await assert.rejects(Promise.all([secret.value(), secret.value()]), { failure: 'transient' });
  }
  state.away = false;
  assert.deepEqual(await secret.value(), ['a']);
});

test('changes at the same time are all made', async () => {
  const { open } = shared();
  const processes = Array.from({ length: 5 }, open);
  await Promise.all(processes.map((secret) => secret.ensure('start')));
  await Promise.all(processes.map((secret, i) => secret.change((list) => [...list, i].join(','))));
  assert.deepEqual((await open().value())?.toSorted(), ['0', '1', '2', '3', '4', 'start']);
});
