// compose.yaml, as far as it can be known without an engine: that the program takes its settings, and that nothing is
// looser than it has to be. `npm run image:rehearse` runs what it says of `secrets`, `api` and `worker`.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readConfig } from '../server/src/config/index.ts';
import { exampleValues, readCompose } from './image/compose.ts';

const example = exampleValues();
const { services, networks, volumes } = readCompose(example);
/** Those of this repository, but the one that only generates passwords. */
const ours = Object.entries(services).filter(
  ([name, { image }]) => image === 'assay:local' && name !== 'secrets',
);

describe('compose.yaml', () => {
  test('gives the program settings that it takes', () => {
    assert.deepEqual(
      ours.map(([name]) => name),
      ['api', 'worker'],
    );
    for (const [, { environment }] of ours) {
      const config = readConfig(environment ?? {});
      assert.equal(config.engines.records, 'postgres');
      assert.equal(config.engines.content, 's3');
    }
  });

  test('sets nothing that neither the program nor the SDK of AWS reads', () => {
    for (const [name, { environment = {} }] of ours) {
      const others = Object.keys(environment).filter((variable) => !variable.startsWith('ASSAY_'));
      assert.deepEqual(others, ['AWS_SHARED_CREDENTIALS_FILE'], name);
      assert.throws(() => readConfig({ ...environment, ASSAY_POSTGRES_PASWORD_FILE: '/x' }), /is not known/);
    }
  });

  test('asks each service at the port that it listens at', () => {
    const inside = (name: string) => Number(services[name]?.ports?.[0]?.split(':').at(-1));
    for (const [, { environment = {} }] of ours) {
      const { server, s3 } = readConfig(environment);
      assert.equal(inside('api'), server.port);
      assert.equal(inside('s3'), Number(new URL(s3.endpoint).port));
    }
  });

  test('has the same values by itself as in .env.example', () => {
    assert.ok(Object.keys(example).length > 0);
    assert.deepEqual(readCompose({}), readCompose(example));
  });

  test('can be reached from this machine only, unless somebody says otherwise', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    assert.equal(ports.length, 2);
    assert.deepEqual(
      ports.filter((port) => !port.startsWith('127.0.0.1:')),
      [],
    );
    assert.deepEqual(services.postgres?.networks, ['engines']);
  });

  test('confines every container, and gives back no more than its start needs', () => {
    const allowed = new Set(['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID']);
    for (const [name, service] of Object.entries(services)) {
      assert.equal(service.read_only, true, name);
      assert.deepEqual(service.cap_drop, ['ALL'], name);
      assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
      assert.equal(service.privileged, undefined, name);
      assert.deepEqual(
        (service.cap_add ?? []).filter((one) => !allowed.has(one)),
        [],
        name,
      );
      assert.ok(service.healthcheck !== undefined || name === 'api', `${name} says nothing of its health`);
      assert.match(service.image, /:(?!latest$)[\w.-]+$/, name);
    }
    for (const [name, { cap_add }] of ours) assert.equal(cap_add, undefined, name);
  });

  test('names only networks, volumes and services that are there', () => {
    for (const [name, service] of Object.entries(services)) {
      for (const network of service.networks ?? []) assert.ok(network in networks, `${name}: ${network}`);
      for (const volume of service.volumes ?? [])
        assert.ok((volume.split(':')[0] ?? '') in volumes, `${name}: ${volume}`);
      for (const other of Object.keys(service.depends_on ?? {}))
        assert.ok(other in services, `${name}: ${other}`);
    }
  });

  test('holds no secret', () => {
    const named = /pass|secret|key/i;
    for (const [name, { environment = {} }] of Object.entries(services)) {
      for (const [variable, value] of Object.entries(environment)) {
        if (named.test(variable)) assert.match(value, /^\/run\/secrets\//, `${name}: ${variable}`);
      }
    }
  });
});
