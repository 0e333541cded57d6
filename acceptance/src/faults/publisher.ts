// Somebody who goes through everything that users do, step by step, and notes what was acknowledged.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { corruptPackage } from '../bad-packages.ts';
import { pause } from '../call.ts';
import type { Chance } from '../crashes/chance.ts';
import { type Download, digestOf, type Outcome, type Package, type Upload, zipOf } from '../packages.ts';
import { receivedFrom, sendTo, type TirelessAnswer, type TirelessClient } from './tireless-client.ts';

const mebibyte = 1024 * 1024;
const reason = 'Part of the test.';

/** What was acknowledged last about a version. */
export interface Acknowledged {
  readonly name: string;
  readonly packageId: string;
  readonly versionId: string;
  readonly uploadId: string;
  readonly digest: string;
  readonly state: 'published' | 'quarantined' | 'rejected' | 'deleted';
  readonly isReleased: boolean;
  /** What came to the checks were other bytes than were sent: they were not published, and nothing else is promised. */
  readonly isMisjudged: boolean;
}

export interface People {
  readonly owner: TirelessClient;
  readonly reviewer: TirelessClient;
  readonly reader: TirelessClient;
}

/** Publishes a package, good or bad, finds it, downloads it, and perhaps deletes it. */
export async function goThrough(people: People, chance: Chance, name: string): Promise<Acknowledged> {
  const isGood = chance.happens(0.7);
  const isLarge = chance.happens(0.4);
  const bytes = await (isGood ? goodPackage(name, isLarge) : corruptPackage(name));
  const digest = digestOf(bytes);
  const upload = await send(people.owner, name, bytes, chance.happens(0.5) ? 'form' : 'parts');
  let outcome = await decision(people.owner, upload.id);
  const { packageId, versionId } = outcome;
  const about = { name, packageId, versionId, uploadId: upload.id, digest, isMisjudged: false };
  if (outcome.state === 'rejected' || (isGood && outcome.state === 'quarantined')) {
    await requireHidden(people.reader, packageId);
    return { ...about, state: outcome.state, isReleased: false, isMisjudged: true };
  }
  assert.equal(outcome.digest, digest);
  assert.equal(outcome.state, isGood ? 'published' : 'quarantined', `${name}: ${outcome.reason}`);
  if (!isGood) {
    await requireHidden(people.reader, packageId);
    if (chance.happens(0.4)) return { ...about, state: 'quarantined', isReleased: false };
    await done(people.reviewer.call('POST', `/api/quarantine/${versionId}/release`, { body: { reason } }));
    outcome = await decision(people.owner, upload.id);
    assert.equal(outcome.state, 'published', `${name}: ${outcome.reason}`);
  }
  await requireRead(people.reader, { packageId, name, digest });
  const state = chance.happens(0.3) ? 'deleted' : 'published';
  if (state === 'deleted') {
    await done(people.owner.call('DELETE', `/api/packages/${packageId}`, { query: { reason } }));
    await requireHidden(people.reader, packageId);
  }
  return { ...about, state, isReleased: !isGood };
}

function goodPackage(words: string, isLarge: boolean): Promise<Buffer> {
  return zipOf(
    {
      'package.json': JSON.stringify({ name: 'small', description: `About ${words}.`, license: 'MIT' }),
      'README.md': `# Small\n\nIt is about ${words}.\n`,
      'data/noise.bin': randomBytes(isLarge ? 9 * mebibyte : 10_000),
    },
    ['data/noise.bin'],
  );
}

async function send(
  owner: TirelessClient,
  name: string,
  bytes: Buffer,
  method: 'form' | 'parts',
): Promise<Upload> {
  const about = { kind: 'code', name, version: '1.0.0', fileName: 'package.zip' };
  const begun = await owner.call<Upload>('POST', '/api/uploads', {
    body: { ...about, method, sizeBytes: bytes.length, digest: digestOf(bytes) },
  });
  assert.equal(begun.status, 201, begun.text);
  const { id, form, parts } = begun.body;
  if (form !== undefined) {
    const body = () => {
      const data = new FormData();
      for (const [field, value] of Object.entries(form.fields)) data.append(field, value);
      data.append('file', new Blob([new Uint8Array(bytes)]), 'package.zip');
      return data;
    };
    await sendTo(form.url, () => ({ method: 'POST', body: body() }));
  }
  const size = parts?.sizeBytes ?? 0;
  for (const { partNumber, url } of parts?.addresses ?? []) {
    const part = new Uint8Array(bytes.subarray((partNumber - 1) * size, partNumber * size));
    await sendTo(url, () => ({ method: 'PUT', body: part }));
  }
  const completed = await owner.call<Upload>('POST', `/api/uploads/${id}/complete`);
  assert.equal(completed.status, 200, completed.text);
  return completed.body;
}

type Decided = Outcome & { readonly packageId: string; readonly versionId: string };

async function decision(owner: TirelessClient, uploadId: string): Promise<Decided> {
  for (;;) {
    const { outcome, packageId, versionId } = await owner.get<Upload>(`/api/uploads/${uploadId}`);
    const isDecided = outcome !== undefined && !['pending', 'releasing'].includes(outcome.state);
    if (isDecided && packageId !== null && versionId !== null) return { ...outcome, packageId, versionId };
    await pause(100);
  }
}

/** Nobody but reviewers is told that it exists. */
export async function requireHidden(reader: TirelessClient, packageId: string): Promise<void> {
  for (const path of ['', '/download', '/files']) {
    const { status, text } = await reader.call('GET', `/api/packages/${packageId}${path}`);
    assert.equal(status, 404, text);
  }
}

/** It can be had, byte for byte. */
export async function requireRead(
  reader: TirelessClient,
  { packageId, name, digest }: Pick<Acknowledged, 'packageId' | 'name' | 'digest'>,
): Promise<void> {
  const { latest } = await reader.get<Package>(`/api/packages/${packageId}`);
  assert.equal(latest?.version, '1.0.0', name);
  const download = await reader.get<Download>(`/api/packages/${packageId}/download`);
  assert.equal(download.digest, digest);
  await receivedFrom(download.url, digest);
}

/** A refusal counts as done when it was asked for before in vain. */
async function done(asking: Promise<TirelessAnswer<unknown>>): Promise<void> {
  const { status, unanswered, text } = await asking;
  const isDone = status < 300 || (unanswered > 0 && (status === 404 || status === 409));
  assert.ok(isDone, `answered ${status}: ${text}`);
}
