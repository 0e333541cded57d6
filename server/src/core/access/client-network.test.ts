import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from './client-network.ts';

test('an IPv4 address stands for itself, also when it is mapped into IPv6', () => {
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1');
  assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(networkOf('::FFFF:192.0.2.1'), '192.0.2.1');
});

test('IPv6 addresses of one /64 are one client, however they are written', () => {
  const network = '2001:db8:0:1::/64';
  for (const address of [
    '2001:db8:0:1::1',
    '2001:db8:0:1:ffff:ffff:ffff:ffff',
    '2001:0DB8:0000:0001::1',
    '2001:db8:0:1::2%eth0',
  ]) {
    assert.equal(networkOf(address), network);
  }
  assert.notEqual(networkOf('2001:db8:0:2::1'), network);
  assert.equal(networkOf('::1'), networkOf('0:0:0:0::1'));
});

test('a client that has gone has no network', () => {
  assert.equal(networkOf(undefined), '');
});
