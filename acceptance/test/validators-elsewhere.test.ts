// Validators that run in a process of their own, which has nothing of the registry but addresses of archives.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ok, refused, waitFor } from '../src/call.ts';
import { type Download, publish, zipOf } from '../src/packages.ts';
import {
  AssayProcess,
  removeTemporaryFolders,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from '../src/server-process.ts';
import { enterAsAdministrator, type User } from '../src/users.ts';

const secret = randomBytes(32).toString('base64url');
const runnerFolder = await temporaryFolder();

/** With where it listens, or why it runs nothing. */
async function startRunner(port = 0): Promise<{ runner: AssayProcess; url: string; problem: string | null }> {
  const runner = await AssayProcess.launch(['work', '--only', 'validators'], runnerFolder, {
    ASSAY_VALIDATOR_RUNNER_SECRET: secret,
    ASSAY_VALIDATOR_RUNNER_PORT: String(port),
  });
  const said = /^Assay runs (?:validators at (http:\S+)|no validators at \S+: (.*))$/m;
  const [, url = '', problem = null] = await waitFor(
    () => `the runner to be ready: ${runner.complaints}${runner.output}`,
    () => said.exec(runner.output) ?? undefined,
    { timeoutMs: 120_000 },
  );
  return { runner, url, problem };
}

const started = await startRunner();
let { runner } = started;
after(async () => {
  runner.signal('SIGTERM');
  await runner.exit();
  await removeTemporaryFolders();
});

describe('validators in a process of their own', { skip: started.problem ?? false }, () => {
  let server: ServerProcess;
  let ada: User;
  let id: string;
  before(async () => {
    server = await startServer({
      ASSAY_VALIDATOR_RUNNER_URL: started.url,
      ASSAY_VALIDATOR_RUNNER_SECRET: secret,
    });
    ada = await enterAsAdministrator(server);
    const bytes = await zipOf({ 'README.md': '# Scans\n', 'card.json': '{"consent": "given"}' });
    id = (await publish(ada.api, { name: 'scans' }, bytes)).packageId;
    await ok(ada.api.patch(`/api/packages/${id}`, { sensitive: true }), 200);
  });
  after(() => server.stop());

  const download = () => ada.session.get<Download>(`/api/packages/${id}/download`);

  test('read the archive at an address that is theirs for as long as they may run', async () => {
    const source = `
import json, zipfile
def validate(ctx):
    with zipfile.ZipFile(ctx.archive) as archive:
        return json.loads(archive.read("card.json"))["consent"] == "given"
`;
    await ok(ada.api.put(`/api/packages/${id}/validator`, { language: 'python', source }), 200);
    assert.match((await ok(download())).reason, /The validator of the package allows it\.$/);
    assert.deepEqual(runner.errors, []);
  });

  test('are refused with a line that does not compile, as anywhere', async () => {
    const body = { language: 'javascript', source: 'const x = ;' };
    await refused(ada.api.put(`/api/packages/${id}/validator`, body), 400, 'validator-invalid');
  });

  test('while that process is away nothing is given away, and nobody is told where it was', async () => {
    const port = new URL(started.url).port;
    runner.signal('SIGKILL');
    await runner.exit();
    const { detail } = await refused(download(), 503, 'validator-unavailable');
    assert.doesNotMatch(detail, new RegExp(`127|ECONN|${port}`));
    const body = { language: 'python', source: 'pass' };
    await refused(ada.api.put(`/api/packages/${id}/validator`, body), 503, 'validator-unavailable');
    ({ runner } = await startRunner(Number(port)));
    await ok(download());
  });
});
