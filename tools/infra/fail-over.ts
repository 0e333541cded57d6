// The stack `global` is moved to its second region and back, while somebody uses the registry on it:
//
//   first    publishes `kept`, and everything is copied; publishes `late`, of which only the records are copied; takes
//            `waiting`, which nobody checks any more. Then the region is lost: its processes are killed.
//   ───────  assay fail-over --from-is-lost
//   second   knows who was logged in; gives `kept`, with a hallmark that its own keys verify; cannot give `late` yet;
//            puts `waiting` where reviewers see it; publishes `there`
//   ───────  the first region answers again: assay fail-over --from it, since its tasks come back by themselves; what
//            was outstanding is copied, and `late` can be had; Terraform is told
//   ───────  assay fail-over to the first; Terraform is told
//   first    gives all of them
//
// The emulator copies nothing from region to region. What AWS does all the time is done here by the rehearsal, at once
// and when it says so (infra/rehearsal/additions/copies.py). So it is not shown how far copies are behind, nor how long
// AWS takes to start tasks and to lead the name to the other region.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Api, ok, patiently, refused } from '../../acceptance/src/call.ts';
import {
  type Download,
  decided,
  digestOf,
  type Published,
  publish,
  smallPackage,
  upload,
} from '../../acceptance/src/packages.ts';
import { AssayProcess } from '../../acceptance/src/server-process.ts';
import { addUser, enterAsAdministrator, type User } from '../../acceptance/src/users.ts';
import type { Credentials } from './emulator.ts';
import { type Region, RunningRegistry, tasksIn } from './regions.ts';
import { ScratchFolder } from './registry.ts';
import type { Rehearsal } from './rehearsal.ts';

export interface Regions {
  readonly first: Region;
  readonly second: Region;
  /** Of the role that may move the registry. */
  readonly mover: Credentials;
}

/** What goes on in the second region. */
export interface Moved {
  readonly registry: RunningRegistry;
  readonly ada: User;
  /** All that must be there after the way back, too. */
  readonly published: readonly Published[];
}

/** The first region is lost, and answers again. Rejects with what is not as it should be. */
export async function failOver(rehearsal: Rehearsal, regions: Regions): Promise<Moved> {
  const { first, second } = regions;
  await using _enforced = await rehearsal.emulator.enforcePermissions();
  const { ada, kept, late, waiting, hallmark } = await useFirst(rehearsal, regions);

  const lostMs = performance.now();
  await move(rehearsal, regions, second, '--from-is-lost');
  const registry = await RunningRegistry.start(rehearsal, second);
  const api = registry.as(ada.api);
  await fetchAgain(api, kept);
  tellTime(`failed over to ${second.name}`, lostMs);

  await ok(registry.as(ada.session).get('/api/tokens'));
  await verify(hallmark, kept.bytes, await ok(registry.server.api.get('/.well-known/assay-keys.json')));
  await refused(api.get(`/api/packages/${late.packageId}/download`), 500, 'internal');
  // Its job is found in the records, and tried several times.
  const { outcome } = await decided(api, waiting, 10 * 60_000);
  tellTime('what nobody had checked is with the reviewers', lostMs);
  assert.equal(outcome.state, 'quarantined', 'what nobody had checked was published without its content');
  assert.match(outcome.reason ?? '', /is not there/);
  const there = await publish(api, { name: 'there' });

  await move(rehearsal, regions, second, '--from', first.name);
  await copy(rehearsal, first, second, ['objects']);
  await fetchAgain(api, late);
  return { registry, ada, published: [kept, late, there] };
}

/** Back to the first region, at a quiet time. */
export async function failBack(
  rehearsal: Rehearsal,
  regions: Regions,
  { registry, ada, published }: Moved,
): Promise<void> {
  const { first, second } = regions;
  await using _enforced = await rehearsal.emulator.enforcePermissions();
  for (const one of published) await fetchAgain(registry.as(ada.api), one);
  const leftMs = performance.now();
  await registry.stop();
  await copy(rehearsal, second, first, everything);
  await move(rehearsal, regions, first, '--from', second.name);
  const back = await RunningRegistry.start(rehearsal, first);
  for (const one of published) await fetchAgain(back.as(ada.api), one);
  tellTime(`failed back to ${first.name}`, leftMs);
  await publish(back.as(ada.api), { name: 'back-again' });
  await back.stop();
}

interface Before {
  readonly ada: User;
  readonly kept: Published;
  readonly hallmark: unknown;
  readonly late: Published;
  /** The upload. */
  readonly waiting: string;
}

/** Everything up to the moment when the first region is lost. */
async function useFirst(rehearsal: Rehearsal, { first, second }: Regions): Promise<Before> {
  await rehearsal.emulator.empty();
  const registry = await RunningRegistry.start(rehearsal, first);
  const ada = await addUser(await enterAsAdministrator(registry.server), 'ada');
  const kept = await publish(ada.api, { name: 'kept' });
  const hallmark = await ok(ada.api.get(`/api/packages/${kept.packageId}/versions/1.0.0/hallmark`));
  await copy(rehearsal, first, second, everything);
  const late = await publish(ada.api, { name: 'late' });
  await registry.stopWorker();
  const { id: waiting } = await upload(ada.api, { name: 'waiting' }, await smallPackage('waiting'));
  await copy(rehearsal, first, second, ['items']);
  await registry.kill();
  return { ada, kept, hallmark, late, waiting };
}

/** By the command, as whoever the stack lets run it; afterwards tasks are wanted there only. */
async function move(
  rehearsal: Rehearsal,
  { first, second, mover }: Regions,
  to: Region,
  ...from: readonly string[]
): Promise<void> {
  const begunMs = performance.now();
  const command = ['fail-over', to.cluster.name, ...from, '--to', to.name];
  const { url } = rehearsal.emulator;
  await succeed(command, { ...mover, ASSAY_AWS_REGION: to.name, ASSAY_AWS_ENDPOINT: url });
  tellTime(`assay ${command.join(' ')}`, begunMs);
  const wantedIn = async (region: Region) => Object.values(await tasksIn(rehearsal, region, mover));
  const there = await wantedIn(to);
  assert.ok(there.length === 3 && there.every((tasks) => tasks >= 2), `${to.name} runs ${there}`);
  // What a lost region would like to run cannot be changed.
  if (from.includes('--from-is-lost')) return;
  assert.deepEqual(await wantedIn(to === first ? second : first), [0, 0, 0]);
}

/** By the command that asks no registry. */
async function verify(hallmark: unknown, bytes: Buffer, keys: unknown): Promise<void> {
  await using scratch = await ScratchFolder.make();
  const written = async (name: string, content: Buffer | string) => {
    const path = join(scratch.path, name);
    await writeFile(path, content);
    return path;
  };
  const statement = await written('hallmark.json', JSON.stringify(hallmark));
  const file = await written('package.zip', bytes);
  const trusted = await written('keys.json', JSON.stringify(keys));
  await succeed(['verify', statement, file, '--keys', trusted]);
}

async function succeed(command: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  await using scratch = await ScratchFolder.make();
  const process = await AssayProcess.launch(command, scratch.path, environment);
  const { code } = await process.exit();
  assert.equal(code, 0, `assay ${command.join(' ')}: ${process.output}${process.complaints}`);
}

async function fetchAgain(api: Api, { packageId, digest }: Published): Promise<void> {
  const { url } = await ok(patiently(() => api.get<Download>(`/api/packages/${packageId}/download`)));
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  assert.equal(digestOf(bytes), digest, 'what was downloaded is not what was published');
}

type Copied = 'objects' | 'items';

/** Objects before the items that speak of them, else the other region would for a moment know of content that is not there. */
const everything: readonly Copied[] = ['objects', 'items'];

async function copy(
  { emulator }: Rehearsal,
  from: Region,
  to: Region,
  which: readonly Copied[],
): Promise<void> {
  const copied: string[] = [];
  for (const what of which) copied.push(`${await emulator.copy(what, from.name, to.name)} ${what}`);
  console.log(`  copied by the rehearsal, not by AWS, from ${from.name} to ${to.name}: ${copied.join(', ')}`);
}

function tellTime(what: string, begunMs: number): void {
  console.log(`  ${what} (${((performance.now() - begunMs) / 1000).toFixed(1)} s)`);
}
