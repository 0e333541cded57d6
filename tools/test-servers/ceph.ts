// A real S3 server for tests: the RADOS gateway of Ceph with one monitor and one object store daemon, everything in
// memory on the loopback interface. It starts in a few seconds.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { openSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findProgram } from '../find-program.ts';
import { freePorts } from '../free-port.ts';
import { ServerMissing, type StartedServer, type TestServer } from '../test-servers.ts';

const run = promisify(execFile);

/** The programs, each with the Debian package that has it. */
const needed = { 'ceph-mon': 'ceph-mon', 'ceph-osd': 'ceph-osd', radosgw: 'radosgw' };

/** Set in place of a key of AWS KMS: the gateway's test backend encrypts with it. */
export const testEncryptionKey = 'assay-test-key';

export const ceph: TestServer = {
  variables: ['S3_CEPH_ENDPOINT', 'S3_CEPH_ACCESS_KEY', 'S3_CEPH_SECRET_KEY'],
  start: () => startCeph(),
};

/** Whom it lets in. */
export interface CephKeys {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** On this port, and on two others for its own use. Rejects with `ServerMissing` where it is not installed. */
export async function startCeph(
  keys: CephKeys = { accessKey: randomBytes(10).toString('hex'), secretKey: randomBytes(20).toString('hex') },
  port?: number,
): Promise<StartedServer> {
  requirePrograms();
  const [monitorPort = 0, olderMonitorPort = 0, gatewayPort = 0] = await freePorts(3);
  const ports = { gatewayPort: port ?? gatewayPort, monitorPort, olderMonitorPort };
  const cluster = new Cluster(await mkdtemp(join(tmpdir(), 'assay-ceph-')), ports, keys);
  try {
    return await cluster.start();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

interface Ports {
  readonly gatewayPort: number;
  readonly monitorPort: number;
  readonly olderMonitorPort: number;
}

class Cluster {
  readonly #folder: string;
  readonly #ports: Ports;
  readonly #keys: CephKeys;
  readonly #processes: ChildProcess[] = [];

  constructor(folder: string, ports: Ports, keys: CephKeys) {
    this.#folder = folder;
    this.#ports = ports;
    this.#keys = keys;
  }

  async start(): Promise<StartedServer> {
    const { gatewayPort, monitorPort, olderMonitorPort } = this.#ports;
    const { accessKey, secretKey } = this.#keys;
    const id = randomUUID();
    for (const folder of ['mon', 'osd', 'run']) await mkdir(join(this.#folder, folder));
    await writeFile(join(this.#folder, 'ceph.conf'), configuration(this.#folder, id, this.#ports));
    await this.#makeKeys();
    await this.#startMonitor(id, `[v2:127.0.0.1:${monitorPort},v1:127.0.0.1:${olderMonitorPort}]`);
    await this.#startObjectStore();
    const endpoint = `http://127.0.0.1:${gatewayPort}`;
    await this.#startGateway(endpoint);
    await this.#run(
      'radosgw-admin',
      '-n',
      'client.rgw',
      'user',
      'create',
      '--uid=assay',
      '--display-name=assay',
      '--max-buckets=100000',
      `--access-key=${accessKey}`,
      `--secret=${secretKey}`,
    );
    return {
      environment: {
        S3_CEPH_ENDPOINT: endpoint,
        S3_CEPH_ACCESS_KEY: accessKey,
        S3_CEPH_SECRET_KEY: secretKey,
      },
      stop: () => this.stop(),
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.toReversed().map(ended));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #makeKeys(): Promise<void> {
    const keyring = join(this.#folder, 'keyring');
    await run('ceph-authtool', [
      '--create-keyring',
      keyring,
      '--gen-key',
      '-n',
      'mon.',
      '--cap',
      'mon',
      'allow *',
    ]);
    for (const name of ['client.admin', 'client.rgw', 'osd.0']) {
      const allowed = ['mon', 'osd', 'mgr'].flatMap((daemon) => ['--cap', daemon, 'allow *']);
      await run('ceph-authtool', [keyring, '--gen-key', '-n', name, ...allowed]);
    }
  }

  async #startMonitor(id: string, addresses: string): Promise<void> {
    const map = join(this.#folder, 'monmap');
    await run('monmaptool', ['--create', '--fsid', id, '--addv', 'a', addresses, map]);
    const keyring = join(this.#folder, 'keyring');
    await this.#run('ceph-mon', '-i', 'a', '--mkfs', '--monmap', map, '--keyring', keyring);
    this.#spawn('ceph-mon', '-i', 'a', '-f');
  }

  async #startObjectStore(): Promise<void> {
    const id = randomUUID();
    await this.#run('ceph', 'osd', 'new', id);
    await this.#run('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', id);
    this.#spawn('ceph-osd', '-i', '0', '-f');
    await this.#until('the object store is up', async () =>
      /\b1 up\b/.test((await this.#run('ceph', 'osd', 'stat')).stdout),
    );
  }

  async #startGateway(endpoint: string): Promise<void> {
    this.#spawn('radosgw', '-n', 'client.rgw', '-f');
    await this.#until('the gateway answers', async () => {
      const answer = await fetch(endpoint).catch(() => null);
      await answer?.body?.cancel();
      return answer !== null;
    });
  }

  #run(program: string, ...args: string[]) {
    return run(program, ['-c', join(this.#folder, 'ceph.conf'), ...args], { timeout: 30_000 });
  }

  /** Ends with this process, however that ends. */
  #spawn(program: string, ...args: string[]): void {
    const log = openSync(join(this.#folder, `${program}.out`), 'a');
    const command = ['--pdeathsig', 'KILL', program, '-c', join(this.#folder, 'ceph.conf'), ...args];
    const daemon = spawn('setpriv', command, { stdio: ['ignore', log, log] });
    daemon.unref();
    this.#processes.push(daemon);
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 300; attempt++) {
      const dead = this.#processes.find(({ exitCode }) => exitCode !== null);
      if (dead !== undefined) throw new Error(`${dead.spawnargs[3]} ended before ${what}`);
      if (await isSo()) return;
      await pause(100);
    }
    throw new Error(`waited in vain until ${what}`);
  }
}

function configuration(folder: string, id: string, ports: Ports): string {
  const key = Buffer.from(randomBytes(32)).toString('base64');
  return `[global]
fsid = ${id}
mon_host = [v2:127.0.0.1:${ports.monitorPort},v1:127.0.0.1:${ports.olderMonitorPort}]
public_network = 127.0.0.0/8
ms_bind_ipv6 = false
keyring = ${folder}/keyring
run_dir = ${folder}/run
admin_socket = ${folder}/run/$name.asok
log_file = ${folder}/$name.log
mon_data = ${folder}/mon
osd_data = ${folder}/osd
osd_objectstore = memstore
memstore_device_bytes = 8589934592
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
osd_class_load_list = *
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_data_avail_warn = 5
mon_max_pg_per_osd = 2000
paxos_propose_interval = 0.05
[client.rgw]
rgw_frontends = beast endpoint=127.0.0.1:${ports.gatewayPort} tcp_nodelay=1
rgw_enable_usage_log = false
# The contract suites use small parts; AWS and the default of Ceph take none under 5 MiB but the last.
rgw_multipart_min_part_size = 1048576
rgw_crypt_require_ssl = false
rgw_crypt_s3_kms_backend = testing
rgw_crypt_s3_kms_encryption_keys = ${testEncryptionKey}=${key}
`;
}

function requirePrograms(): void {
  for (const [program, debianPackage] of Object.entries(needed)) {
    if (findProgram(program) === undefined) {
      throw new ServerMissing(`needs ${program}: apt-get install ${debianPackage}`);
    }
  }
}

/** Ends the process at once: what it holds is thrown away. */
async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const exit = new Promise((resolve) => process.once('exit', resolve));
  process.kill('SIGKILL');
  await exit;
}
