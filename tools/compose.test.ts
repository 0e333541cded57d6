// compose.yaml, as far as it can be known without an engine: that the program takes its settings, and that nothing is
// looser than it has to be. `npm run image:rehearse` runs its first step.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { readConfig } from '../server/src/config/index.ts';

interface Service {
  readonly image: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly privileged?: boolean;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly healthcheck?: { readonly disable?: boolean; readonly test?: readonly string[] };
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: object;
  readonly volumes: object;
}

const root = new URL('../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

/** As Compose puts values of `.env` in; those of .env.example, or what stands behind `:-`. */
function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/(?<!\$)\$\{([A-Z0-9_]+)(?::-([^}]*))?\}/g, (_, name: string, fallback?: string) => {
    const value = values[name] ?? fallback;
    assert.ok(value !== undefined, `${name} has no value`);
    return value;
  });
}

const example = Object.fromEntries(
  [...read('.env.example').matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map((m) => [m[1], m[2]]),
);
const compose = (values: Record<string, string>) =>
  parse(filledIn(read('compose.yaml'), values), { merge: true }) as Compose;
const { services, networks, volumes } = compose(example);
const ours = Object.entries(services).filter(
  ([, { environment }]) => environment?.ASSAY_RECORDS !== undefined,
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

  test('has the same values by itself as in .env.example', () => {
    assert.ok(Object.keys(example).length > 0);
    assert.deepEqual(compose({}), compose(example));
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
