import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ScratchFolder } from '../registry.ts';
import { FirstStart } from './first-start.ts';

const agentFile = '/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json';

/** A script as that of infra/modules/host, with what a test is about in the place of one of its parts. */
function script({ service = '', agent = '{}', last = '' } = {}): string {
  return `#!/bin/bash
set -euo pipefail
dnf install -y docker
install -d -m 0700 /etc/assay /run/assay
echo secret > /run/assay/password
cat > /etc/assay/environment <<'ENVIRONMENT'
ASSAY_DATA=/data
ASSAY_RECORDS=postgres
ASSAY_POSTGRES_TLS_CA_FILE=/etc/assay/authorities.pem
ASSAY_POSTGRES_PASSWORD_FILE=/run/secrets/password
ENVIRONMENT
cat > /etc/systemd/system/assay-password.service <<'UNIT'
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo first >> /run/assay/started'
UNIT
cat > /etc/systemd/system/assay.service <<'UNIT'
[Unit]
Requires=docker.service assay-password.service
[Service]
${service}
ExecStartPre=/bin/sh -c 'echo second >> /run/assay/started'
ExecStart=/usr/bin/docker run --name assay --read-only --volume assay-data:/data \\
  --volume /run/assay/password:/run/secrets/password:ro --env-file /etc/assay/environment registry:1.2.0 serve
UNIT
cat > ${agentFile} <<'AGENT'
${agent}
AGENT
${last}
systemctl enable --now assay.service amazon-cloudwatch-agent.service
`;
}

async function started(text: string, folder: string): Promise<FirstStart> {
  const host = await FirstStart.run(text, folder, {});
  await host.startUnits();
  return host;
}

describe('the first start of a host', () => {
  test('gives the program what was written for it, and files of the host where they are', async () => {
    await using folder = await ScratchFolder.make();
    const host = await started(script(), folder.path);
    const { image, command, environment } = await host.container('assay');
    assert.deepEqual([image, command], ['registry:1.2.0', ['serve']]);
    const { ASSAY_POSTGRES_PASSWORD_FILE = '', ...others } = environment;
    assert.deepEqual(others, {
      ASSAY_DATA: '/data',
      ASSAY_RECORDS: 'postgres',
      ASSAY_POSTGRES_TLS_CA_FILE: '/etc/assay/authorities.pem',
    });
    assert.equal(await readFile(ASSAY_POSTGRES_PASSWORD_FILE, 'utf8'), 'secret\n');
  });

  test('starts what a unit requires before it', async () => {
    await using folder = await ScratchFolder.make();
    await started(script(), folder.path);
    assert.equal(await readFile(join(folder.path, 'run/assay/started'), 'utf8'), 'first\nsecond\n');
  });

  test('fails where the script does not parse, or one of its commands or units fails', async () => {
    for (const wrong of [{ last: 'if true' }, { last: 'false' }, { service: 'ExecStartPre=-/bin/false' }]) {
      await using folder = await ScratchFolder.make();
      await assert.rejects(started(script(wrong), folder.path), /^Error: bash /);
    }
  });

  test('finds a configuration of the agent that is no JSON', async () => {
    await using folder = await ScratchFolder.make();
    const host = await started(script({ agent: '{ "metrics": }' }), folder.path);
    assert.match((await host.findings()).join(), /the agent's configuration/);
  });
});
