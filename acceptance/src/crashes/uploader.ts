// A user who publishes packages without end, by every way there is, changes and withdraws them, and notes in the
// ledger what the server acknowledges.
import assert from 'node:assert/strict';
import type { Kind, PartAddress, Upload } from '../packages.ts';
import type { User } from '../users.ts';
import type { Chance } from './chance.ts';
import { type Made, makeContent } from './contents.ts';
import type { CrashingServer } from './crashing-server.ts';
import { Curator } from './curator.ts';
import type { Entry, Ledger } from './ledger.ts';
import { PatientClient } from './patient-client.ts';

const versionsPerPackage = 8;

/** The upload expired before it was completed: it may be begun again. */
const expired = Symbol('expired');

export class Uploader {
  readonly #name: string;
  readonly #client: PatientClient;
  readonly #curator: Curator;
  readonly #ledger: Ledger;
  readonly #chance: Chance;
  #count = 0;

  constructor(
    server: CrashingServer,
    people: { user: User; reviewer: User },
    ledger: Ledger,
    chance: Chance,
  ) {
    this.#name = people.user.name;
    this.#client = new PatientClient(server, people.user.api.token ?? '');
    const reviewer = new PatientClient(server, people.reviewer.api.token ?? '');
    this.#curator = new Curator({ owner: this.#client, reviewer, ledger, chance });
    this.#ledger = ledger;
    this.#chance = chance;
  }

  /** One version, from its first byte to what becomes of it. */
  async publishOne(): Promise<void> {
    const number = this.#count++;
    const kind: Kind = 'code';
    // Several versions a package, so that packages are new, known, and deleted.
    const name = `${this.#name}-${Math.floor(number / versionsPerPackage)}`;
    const address = { kind, name, version: `1.${number}.0` };
    const made = await makeContent(this.#chance, `${name} number ${number}`);
    const way = this.#chance.pick({ form: 35, parts: 35, stream: 20, abort: 5, abandon: 5 });
    if (way === 'abort' || way === 'abandon') return this.#giveUp(address, made, way);
    const entry = this.#ledger.add(address, made.content);
    while ((await this.#send(entry, made, way)) === expired);
    await this.#curator.lookAfter(entry, (number + 1) % versionsPerPackage === 0);
  }

  async #send(
    entry: Entry,
    made: Made,
    way: 'form' | 'parts' | 'stream',
  ): Promise<typeof expired | undefined> {
    if (way === 'stream') {
      await this.#sendInOne(entry, made);
      return undefined;
    }
    const upload = await this.#begin(entry.address, made, way);
    const arrived = way === 'form' ? await this.#sendForm(upload, made) : await this.#sendParts(upload, made);
    return arrived ? this.#complete(entry, upload) : expired;
  }

  async #begin(
    address: Entry['address'],
    { bytes, content }: Made,
    method: 'form' | 'parts',
  ): Promise<Upload> {
    const body = {
      ...address,
      fileName: 'package.zip',
      sizeBytes: bytes.length,
      method,
      ...(this.#chance.happens(0.5) && { digest: content.digest }),
    };
    const { status, body: upload, text } = await this.#client.call<Upload>('POST', '/api/uploads', { body });
    assert.equal(status, 201, text);
    this.#ledger.begun.add(upload.id);
    return upload;
  }

  /** False when the upload has expired. */
  async #sendForm(upload: Upload, { bytes }: Made): Promise<boolean> {
    assert.ok(upload.form);
    const { body, headers } = await formOf(upload.form.fields, bytes);
    for (;;) {
      const answer = await this.#client.send('POST', upload.form.url, body, headers);
      if (answer === null) continue;
      // `address-used`: it had arrived before, only the answer was lost.
      if (answer.status === 204 || codeOf(answer) === 'address-used') return true;
      if (hasExpired(upload, answer)) return false;
      assert.fail(`the form was answered ${answer.status}: ${answer.text}`);
    }
  }

  /** Sends what is missing, until nothing is. What was acknowledged once is never sent again. */
  async #sendParts(upload: Upload, { bytes }: Made): Promise<boolean> {
    const acknowledged = new Set<number>();
    let addresses = upload.parts?.addresses ?? [];
    for (;;) {
      const size = upload.parts?.sizeBytes ?? 0;
      const sent = await Promise.all(
        addresses.map(async ({ partNumber, url }) => {
          const part = bytes.subarray((partNumber - 1) * size, partNumber * size);
          const answer = await this.#client.send('PUT', url, part);
          if (answer?.status === 200) acknowledged.add(partNumber);
          else if (answer !== null && hasExpired(upload, answer)) return expired;
          else if (answer !== null) assert.equal(codeOf(answer), 'address-used', answer.text);
          return undefined;
        }),
      );
      if (sent.includes(expired)) return false;
      const missing = await this.#missingParts(upload, acknowledged);
      if (missing === expired) return false;
      if (missing.length === 0) return true;
      addresses = await this.#addressesFor(upload, missing, addresses);
    }
  }

  async #missingParts(upload: Upload, acknowledged: ReadonlySet<number>): Promise<number[] | typeof expired> {
    const now = await this.#client.get<Upload>(`/api/uploads/${upload.id}`);
    if (now.state === 'expired') return expired;
    const received = new Set(now.parts?.received.map(({ partNumber }) => partNumber));
    const lost = [...acknowledged].filter((partNumber) => !received.has(partNumber));
    assert.deepEqual(lost, [], `acknowledged parts of the upload ${upload.id} are lost`);
    const all = Array.from({ length: now.parts?.count ?? 0 }, (_, index) => index + 1);
    return all.filter((partNumber) => !received.has(partNumber));
  }

  /** Now new ones, now those from before the crash: both are good. */
  async #addressesFor(
    upload: Upload,
    missing: readonly number[],
    known: readonly PartAddress[],
  ): Promise<readonly PartAddress[]> {
    if (this.#chance.happens(0.5)) return known.filter(({ partNumber }) => missing.includes(partNumber));
    const path = `/api/uploads/${upload.id}/parts`;
    const answer = await this.#client.call<{ addresses: PartAddress[] }>('POST', path, {
      body: { partNumbers: missing },
    });
    if (answer.status === 200) return answer.body.addresses;
    assert.ok(hasExpired(upload, answer), answer.text);
    return [];
  }

  async #complete(entry: Entry, upload: Upload): Promise<typeof expired | undefined> {
    const { server } = this.#client;
    entry.uploadId = upload.id;
    entry.mayBecome('pending', entry.content.good ? 'published' : 'quarantined');
    const path = `/api/uploads/${upload.id}/complete`;
    const asked = server.during('completion', () => this.#client.call<Upload>('POST', path));
    void server.reach('completing');
    const answer = await asked;
    if (answer.status !== 200) {
      assert.ok(hasExpired(upload, answer), answer.text);
      entry.is('absent');
      return expired;
    }
    this.#wasCompleted(entry, answer.body);
    void server.reach('completed');
    return undefined;
  }

  #wasCompleted(entry: Entry, { id, packageId, versionId }: Upload): void {
    assert.ok(packageId !== null && versionId !== null);
    Object.assign(entry, { uploadId: id, packageId, versionId });
    entry.is('pending', entry.content.good ? 'published' : 'quarantined');
    entry.done.push('upload.complete', 'version.decide');
    this.#ledger.begun.add(id);
  }

  /** All in one request. */
  async #sendInOne(entry: Entry, { bytes, content }: Made): Promise<void> {
    const { name, kind, version } = entry.address;
    const fields = { package_name: name, kind, version, digest: content.digest };
    const { body, headers } = await formOf(fields, bytes);
    entry.mayBecome('pending', content.good ? 'published' : 'quarantined');
    for (;;) {
      const answer = await this.#client.send('POST', '/api/packages/upload', body, headers);
      if (answer === null) continue;
      if (answer.status === 201) return this.#wasCompleted(entry, answer.body as Upload);
      assert.equal(codeOf(answer), 'version-exists', answer.text);
      // It had been completed; only the answer was lost.
      const { items } = await this.#client.get<{ items: Upload[] }>('/api/uploads', { limit: 20 });
      const completed = items.find((upload) => upload.version === version && upload.state === 'completed');
      assert.ok(completed, `${entry} exists, but no upload of it is completed`);
      return this.#wasCompleted(entry, completed);
    }
  }

  /** Sends a part or nothing at all, and leaves the upload to its end. */
  async #giveUp(address: Entry['address'], made: Made, how: 'abort' | 'abandon'): Promise<void> {
    const upload = await this.#begin(address, made, 'parts');
    const [first] = upload.parts?.addresses ?? [];
    if (first !== undefined && this.#chance.happens(0.7)) {
      await this.#client.send('PUT', first.url, made.bytes.subarray(0, upload.parts?.sizeBytes));
    }
    if (how === 'abandon') return;
    void this.#client.server.reach('changing');
    const answer = await this.#client.call('DELETE', `/api/uploads/${upload.id}`);
    if (hasExpired(upload, answer)) return;
    assert.equal(answer.status, 200, answer.text);
    this.#ledger.aborted.add(upload.id);
  }
}

export async function formOf(fields: Readonly<Record<string, string>>, bytes: Uint8Array) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(bytes)], { type: 'application/zip' }), 'package.zip');
  const encoded = new Response(form);
  const headers = { 'content-type': encoded.headers.get('content-type') ?? '' };
  return { headers, body: new Uint8Array(await encoded.arrayBuffer()) };
}

export function codeOf({ body }: { readonly body: unknown }): string {
  return (body as { code?: string } | null)?.code ?? '';
}

/** Refused, because the time of the upload is over: told by the upload, or by its addresses. */
function hasExpired(upload: Upload, answer: { readonly body: unknown }): boolean {
  const isOver = Date.now() >= Date.parse(upload.expiresAt);
  return isOver && ['upload-closed', 'address-invalid'].includes(codeOf(answer));
}
