// What happens to a version after its upload: it is decided, and then withdrawn, released, rejected, downloaded.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { pause } from '../call.ts';
import type { Download, Outcome, Upload } from '../packages.ts';
import type { Chance } from './chance.ts';
import type { Entry, Ledger, State } from './ledger.ts';
import type { PatientAnswer, PatientClient } from './patient-client.ts';

export interface CuratorPorts {
  readonly owner: PatientClient;
  readonly reviewer: PatientClient;
  readonly ledger: Ledger;
  readonly chance: Chance;
}

/** What makes a checker give up on a version: it is inconclusive then, which is never passed. */
const gaveUp = /did not come to an end/;

export class Curator {
  readonly #ports: CuratorPorts;
  /** Versions whose check gave up, since the server was killed too often while it ran. */
  static gaveUp = 0;

  constructor(ports: CuratorPorts) {
    this.#ports = ports;
  }

  async lookAfter(entry: Entry, isLastOfPackage: boolean): Promise<void> {
    const { chance } = this.#ports;
    if (isLastOfPackage && chance.happens(0.2)) return this.#deletePackage(entry);
    await this.#decided(entry);
    if (entry.possible.has('published')) await this.#afterPublication(entry);
    else await this.#afterQuarantine(entry);
    if (isLastOfPackage && chance.happens(0.2)) await this.#deletePackage(entry);
  }

  /** Waits for the decision, which must be the one that the content deserves. */
  async #decided(entry: Entry): Promise<Outcome> {
    for (;;) {
      const { outcome } = await this.#ports.owner.get<Upload>(`/api/uploads/${entry.uploadId}`);
      assert.ok(outcome, `the completed upload of ${entry} has no outcome`);
      const isGivenUp = outcome.state === 'quarantined' && gaveUp.test(outcome.reason ?? '');
      if (isGivenUp) {
        entry.is('quarantined');
        Curator.gaveUp++;
      } else {
        entry.saw(outcome.state);
        if (outcome.state !== 'pending') assert.equal(outcome.digest, entry.content.digest, `${entry}`);
      }
      if (outcome.state !== 'pending' && outcome.state !== 'releasing') return outcome;
      await pause(20);
    }
  }

  async #afterPublication(entry: Entry): Promise<void> {
    const { chance } = this.#ports;
    if (chance.happens(0.3)) await this.#download(entry);
    if (chance.happens(0.3)) {
      await this.#change(entry, 'version.yank', 'yanked');
      if (chance.happens(0.5)) await this.#change(entry, 'version.unyank', 'published');
    }
    const isLarge = entry.content.sizeBytes > 1_000_000;
    if (chance.happens(isLarge ? 0.7 : 0.3)) await this.#change(entry, 'version.delete', 'deleted');
  }

  async #afterQuarantine(entry: Entry): Promise<void> {
    const next = this.#ports.chance.pick({ release: 40, reject: 40, leave: 20 });
    if (next === 'reject') await this.#change(entry, 'quarantine.reject', 'rejected');
    if (next !== 'release') return;
    await this.#change(entry, 'quarantine.release', 'releasing', 'published');
    // Once more: it was quarantined, then published.
    entry.done.push('version.decide');
    await this.#decided(entry);
    await this.#afterPublication(entry);
  }

  /** Asks for a change; a refusal counts as done when it was asked for before without an answer. */
  async #change(
    entry: Entry,
    operation: keyof typeof requests,
    ...leadsTo: [State, ...State[]]
  ): Promise<void> {
    const { owner, reviewer } = this.#ports;
    const client = operation.startsWith('quarantine.') ? reviewer : owner;
    entry.mayBecome(...leadsTo);
    const { method, path } = requests[operation](entry);
    const given = method === 'DELETE' ? { query: { reason } } : { body: { reason } };
    const asked = client.server.during('change', () => client.call(method, path, given));
    void client.server.reach('changing');
    requireDone(await asked, `${operation} of ${entry}`);
    entry.is(...leadsTo);
    entry.done.push(operation);
  }

  async #download(entry: Entry): Promise<void> {
    const { packageId, address, content } = entry;
    const path = `/api/packages/${packageId}/download`;
    const query = { version: address.version };
    const answer = await this.#ports.owner.call<Download>('GET', path, { query });
    assert.equal(answer.status, 200, answer.text);
    entry.downloads++;
    entry.downloadsUnanswered += answer.unanswered;
    assert.equal(answer.body.digest, content.digest);
    // Killed meanwhile, it is tried again some other time.
    const digest = await digestAt(answer.body.url).catch(() => undefined);
    if (digest !== undefined) assert.equal(digest, content.digest, `${entry} has other bytes`);
  }

  /** With all of its versions, decided or not. */
  async #deletePackage({ packageId, address }: Entry): Promise<void> {
    const { owner, ledger } = this.#ports;
    const affected = ledger.entries.filter(
      (entry) => entry.address.name === address.name && !entry.possible.has('rejected'),
    );
    for (const entry of affected) entry.mayBecome('deleted');
    const path = `/api/packages/${packageId}`;
    const asked = owner.server.during('change', () => owner.call('DELETE', path, { query: { reason } }));
    void owner.server.reach('changing');
    requireDone(await asked, `the deletion of the package ${address.name}`);
    for (const entry of affected) entry.is('deleted');
    ledger.deletedPackages.add(packageId);
  }
}

const reason = 'Part of the test.';

const requests = {
  'version.yank': (entry: Entry) => ({ method: 'POST', path: `${versionPath(entry)}/yank` }),
  'version.unyank': (entry: Entry) => ({ method: 'POST', path: `${versionPath(entry)}/unyank` }),
  'version.delete': (entry: Entry) => ({ method: 'DELETE', path: versionPath(entry) }),
  'quarantine.release': ({ versionId }: Entry) => ({
    method: 'POST',
    path: `/api/quarantine/${versionId}/release`,
  }),
  'quarantine.reject': ({ versionId }: Entry) => ({
    method: 'POST',
    path: `/api/quarantine/${versionId}/reject`,
  }),
} as const;

function versionPath({ packageId, address }: Entry): string {
  return `/api/packages/${packageId}/versions/${address.version}`;
}

function requireDone({ status, unanswered, text }: PatientAnswer<unknown>, what: string): void {
  if (status >= 200 && status < 300) return;
  assert.ok(unanswered > 0 && (status === 404 || status === 409), `${what} was answered ${status}: ${text}`);
}

export async function digestAt(url: string): Promise<string> {
  const response = await fetch(url);
  assert.equal(response.status, 200);
  const hash = createHash('sha256');
  for await (const chunk of response.body ?? []) hash.update(chunk);
  return hash.digest('hex');
}
