// compose.yaml in use, with its own settings: `secrets` generates, and `api` and `worker` serve. In the place of the images
// of others, which nothing here can pull, PostgreSQL, an S3 server and ClamAV run on this machine, with the passwords
// that were generated. Ports differ from those in the file, since the machine's network is shared.
import assert from 'node:assert/strict';
import pg from 'pg';
import { Api } from '../../acceptance/src/call.ts';
import { publish } from '../../acceptance/src/packages.ts';
import { startPostgres } from '../../server/test/support/postgres-server.ts';
import { freePorts } from '../free-port.ts';
import { type CephKeys, startCeph } from '../test-servers/ceph.ts';
import { startClamd } from './clamd.ts';
import { type Compose, type ComposeService, readCompose, runArguments } from './compose.ts';
import { healthy, stop } from './containers.ts';
import type { Engine } from './engine.ts';
import { enter, fetchAgain, smoke } from './use-registry.ts';

const hosts = ['postgres', 's3', 'clamav'];

export async function useCompose(engine: Engine, image: string): Promise<void> {
  const [http = 0, s3 = 0, clamd = 0] = await freePorts(3);
  const { services } = readCompose({ ASSAY_HTTP_PORT: String(http), ASSAY_S3_HTTP_PORT: String(s3) });
  const { database, keys } = await generateSecrets(engine, image, services);
  await using beside = new AsyncDisposableStack();
  beside.use(await startClamd(clamd));
  const content = await startCeph(keys, s3);
  beside.defer(() => content.stop());
  const postgres = await startDatabase(services.postgres, database);
  const elsewhere = { http, s3, clamd, postgres };
  for (const name of ['api', 'worker']) {
    const service = serviceOf(services, name);
    const options = runArguments(service, { image, hosts, environment: otherPorts(service, elsewhere) });
    await engine.podman('run', '--detach', `--name=compose-${name}`, '--log-driver=k8s-file', ...options);
    // The worker begins when the API is well, as `depends_on` says.
    if (name === 'api') await healthy(engine, 'compose-api');
  }
  const anonymous = new Api(`http://127.0.0.1:${http}`);
  const { api } = await enter(anonymous, await engine.podman('logs', 'compose-api'));
  const url = await fetchAgain(api, await publish(api, { name: 'from-compose' }));
  assert.equal(new URL(url).host, `127.0.0.1:${s3}`, 'the bytes do not come from where clients reach S3');
  await smoke(api);
  await stop(engine, 'compose-worker');
  await stop(engine, 'compose-api');
}

type Services = Compose['services'];

function serviceOf(services: Services, name: string): ComposeService {
  return services[name] ?? assert.fail(`there is no service ${name}`);
}

/** Owner, group and mode of what `secrets` makes. */
const expected = [
  '. 0:0 711',
  './complete 0:0 600',
  './postgres-password 10001:70 440',
  './s3-credentials 10001:10001 600',
  './s3-password 0:0 440',
];

interface Passwords {
  readonly database: string;
  readonly keys: CephKeys;
}

/** As the service `secrets` does, twice. Resolves with the passwords as they are read by those who need them. */
async function generateSecrets(engine: Engine, image: string, services: Services): Promise<Passwords> {
  const generate = runArguments(serviceOf(services, 'secrets'), { image, hosts: [], environment: {} });
  // Root without capabilities reads what is root's, like everybody else.
  const look = (user: string, script: string, ...options: string[]) => {
    const service = { user, read_only: true, cap_drop: ['ALL'], network_mode: 'none', image };
    const given = { ...service, volumes: ['secrets:/run/secrets:ro'], entrypoint: ['/bin/sh', '-ec'] };
    const shell = { ...given, command: [`cd /run/secrets; ${script}`], cap_add: options };
    return engine.podman('run', '--rm', ...runArguments(shell, { image, hosts: [], environment: {} }));
  };
  await engine.podman('run', '--rm', ...generate);
  const made = await look('0:0', 'stat -c "%n %u:%g %a" . ./*');
  assert.deepEqual(made.split('\n'), expected);
  const everything = 'sha256sum *; stat -c "%n %u:%g %a %i %y %z" . *';
  const before = await look('0:0', everything, 'DAC_OVERRIDE');
  await engine.podman('run', '--rm', ...generate);
  assert.equal(await look('0:0', everything, 'DAC_OVERRIDE'), before, 'a second run has changed something');
  const [ours, database, s3] = ['10001:10001', '70:70', '0:0'];
  const secretKey = await look(s3, 'cat s3-password');
  const credentials = `[default]\naws_access_key_id = assay\naws_secret_access_key = ${secretKey}`;
  assert.equal(await look(ours, 'cat s3-credentials'), credentials);
  const password = await look(database, 'cat postgres-password');
  assert.equal(await look(ours, 'cat postgres-password'), password);
  for (const one of [password, secretKey]) assert.match(one, /^[A-Za-z0-9]{32,}$/);
  for (const [user, file] of [
    [ours, 's3-password'],
    [database, 's3-password'],
    [database, 's3-credentials'],
    [s3, 'postgres-password'],
  ] as const) {
    await assert.rejects(look(user, `cat ${file}`), /Permission denied/, `${user} reads ${file}`);
  }
  return { database: password, keys: { accessKey: 'assay', secretKey } };
}

/** With the user and the database that the image of PostgreSQL would make. Resolves with its port. */
async function startDatabase(service: ComposeService | undefined, password: string): Promise<number> {
  const { POSTGRES_USER: user, POSTGRES_DB: database = '' } = service?.environment ?? {};
  const server = await startPostgres();
  const client = new pg.Client({ ...server, database: 'postgres' });
  await client.connect();
  await client.query(
    `ALTER ROLE ${client.escapeIdentifier(user ?? '')} PASSWORD ${client.escapeLiteral(password)}`,
  );
  await client.query(
    `CREATE DATABASE ${client.escapeIdentifier(database)} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER libc`,
  );
  await client.end();
  return server.port;
}

/** The settings in which a port stands, or none since it is the usual one. */
function otherPorts(
  { environment = {} }: ComposeService,
  ports: { readonly http: number; readonly s3: number; readonly clamd: number; readonly postgres: number },
): Record<string, string> {
  const at = (variable: string, port: number) => {
    const value = environment[variable] ?? assert.fail(`${variable} is not set`);
    return { [variable]: value.replace(/:\d+$/, `:${port}`) };
  };
  return {
    ASSAY_PORT: String(ports.http),
    ASSAY_POSTGRES_PORT: String(ports.postgres),
    ...at('ASSAY_S3_ENDPOINT', ports.s3),
    ...at('ASSAY_CLAMD', ports.clamd),
  };
}
