// A reader looks through the registry after every restart, while the uploaders go on: what was acknowledged is there,
// what is there is whole, and nothing else is.
import assert from 'node:assert/strict';
import { type Api, ok, refused } from '../call.ts';
import type { Download, Package, Version } from '../packages.ts';
import type { Chance } from './chance.ts';
import { digestAt } from './curator.ts';
import type { Entry, Ledger, State } from './ledger.ts';

const visible: readonly State[] = ['published', 'yanked'];

/** What the reader found: by name and version. */
type Shown = Map<string, Version>;

export class Reader {
  readonly #ledger: Ledger;
  readonly #chance: Chance;
  /** Those that it has read to the last byte. */
  readonly #read = new Set<Entry>();

  constructor(ledger: Ledger, chance: Chance) {
    this.#ledger = ledger;
    this.#chance = chance;
  }

  async look(api: Api): Promise<void> {
    const marks = new Map(this.#ledger.entries.map((entry) => [entry, entry.mark]));
    const shown = await everythingShown(api);
    this.#compare(shown, marks);
    await this.#readSome(api, shown);
    await this.#askForHidden(api, marks);
  }

  /** What is shown is what may be shown, and what must be shown is. */
  #compare(shown: Shown, marks: ReadonlyMap<Entry, number>): void {
    const entries = new Map(this.#ledger.entries.map((entry) => [keyOf(entry.address), entry]));
    for (const [key, version] of shown) {
      const entry = entries.get(key);
      assert.ok(entry, `${key} is shown, and nobody has sent it`);
      const possible = entry.since(marks.get(entry) ?? 0);
      assert.ok(possible.has(version.state as State), `${entry} is shown as ${version.state}`);
      assert.equal(version.digest, entry.content.digest, `${entry} is shown with another digest`);
      if (entry.versionId !== '') assert.equal(version.id, entry.versionId);
    }
    for (const [entry, mark] of marks) {
      const mustBeThere = [...entry.since(mark)].every((state) => visible.includes(state));
      if (mustBeThere) assert.ok(shown.has(keyOf(entry.address)), `${entry} is lost`);
    }
  }

  /** Some versions are read whole: those that are new, and a few that were read before. */
  async #readSome(api: Api, shown: Shown): Promise<void> {
    const there = this.#ledger.entries.filter((entry) => shown.has(keyOf(entry.address)));
    const fresh = there.filter((entry) => !this.#read.has(entry)).slice(0, 6);
    const known = there.filter((entry) => this.#read.has(entry));
    for (const entry of [...fresh, ...this.#chance.some(known, 2)]) {
      if (await readWhole(api, entry, shown)) this.#read.add(entry);
    }
  }

  async #askForHidden(api: Api, marks: ReadonlyMap<Entry, number>): Promise<void> {
    const hidden = [...marks.keys()].filter((entry) => entry.packageId !== '' && !mayBeVisible(entry));
    for (const entry of this.#chance.some(hidden, 3)) {
      const query = { version: entry.address.version };
      const path = `/api/packages/${entry.packageId}`;
      for (const asked of [`${path}/download`, `${path}/files`, `${path}/files/README.md`]) {
        await refused(api.get(asked, query), 404, 'not-found');
      }
      await refused(api.get(`${path}/versions/${entry.address.version}`), 404, 'not-found');
    }
  }
}

async function everythingShown(api: Api): Promise<Shown> {
  const shown: Shown = new Map();
  const packages = await api.all<Package>('/api/packages', { limit: 200 });
  for (const { id, name, latest } of packages) {
    const path = `/api/packages/${id}/versions`;
    const answer = await api.get<{ items: Version[] }>(path, { limit: 200 });
    // Deleted since it was listed, which the caller knows to be possible or not.
    if (answer.status === 404) continue;
    const { items } = await ok(Promise.resolve(answer), 200);
    for (const version of items) shown.set(keyOf({ name, version: version.version }), version);
    const isOffered = latest === null || items.some(({ id }) => id === latest.versionId);
    if (!isOffered) await requireMovedOn(api, id, latest);
  }
  return shown;
}

/** The latest version was withdrawn between two questions, or the package offers what is not there. */
async function requireMovedOn(api: Api, packageId: string, before: Package['latest']): Promise<void> {
  const { status, body } = await api.get<Package>(`/api/packages/${packageId}`);
  if (status === 404) return;
  assert.notDeepEqual(body.latest, before, `the package ${packageId} offers a version that cannot be read`);
}

/** Files, found by search, downloaded. False when it was withdrawn meanwhile. */
async function readWhole(api: Api, entry: Entry, shown: Shown): Promise<boolean> {
  const { packageId, digest } = shown.get(keyOf(entry.address)) ?? {};
  const mark = entry.mark;
  const query = { version: entry.address.version };
  const path = `/api/packages/${packageId}`;
  const files = await api.get<{ items: { path: string; digest: string }[] }>(`${path}/files`, query);
  const download = await api.get<Download>(`${path}/download`, query);
  if (files.status === 404 || download.status === 404) {
    const known = [...entry.since(mark)];
    assert.ok(!known.every((state) => visible.includes(state)), `${entry} is shown, but cannot be read`);
    return false;
  }
  assert.equal(download.body.digest, digest);
  if (entry.content.good) {
    const listed = new Map((await ok(Promise.resolve(files))).items.map((file) => [file.path, file.digest]));
    assert.deepEqual(listed, new Map([...entry.content.files].sort()), `${entry} lists other files`);
  }
  entry.downloads++;
  const downloaded = await digestAt(download.body.url).catch((error) => {
    if (mayBeHiddenSince(entry, mark)) return digest;
    throw error;
  });
  assert.equal(downloaded, digest, `${entry} has other bytes`);
  const found = await ok(api.get<{ items: Package[] }>('/api/packages/search', { q: entry.address.name }));
  const isThere = found.items.some(({ id }) => id === packageId);
  assert.ok(
    isThere || [...entry.since(mark)].some((state) => state !== 'published'),
    `${entry} is not found`,
  );
  return true;
}

function mayBeVisible(entry: Entry): boolean {
  return visible.some((state) => entry.possible.has(state));
}

function mayBeHiddenSince(entry: Entry, mark: number): boolean {
  return [...entry.since(mark)].some((state) => !visible.includes(state));
}

function keyOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name} ${version}`;
}
