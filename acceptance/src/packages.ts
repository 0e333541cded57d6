// Packages: made, sent, and waited for.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import { type Answer, type Api, ok, patiently, waitFor } from './call.ts';

export type Kind = 'model' | 'dataset' | 'code';

export interface Finding {
  readonly rule: string;
  readonly severity: 'blocks' | 'warns' | 'informs';
  readonly path?: string;
  readonly explanation: string;
}

export interface Report {
  readonly verdict: 'passed' | 'failed' | 'inconclusive';
  readonly checks: readonly {
    readonly check: string;
    readonly verdict: string;
    readonly findings: readonly Finding[];
  }[];
}

export interface PartAddress {
  readonly partNumber: number;
  readonly url: string;
  readonly expiresAt: string;
}

export interface Upload {
  readonly id: string;
  readonly state: 'open' | 'completed' | 'aborted' | 'expired';
  readonly kind: Kind;
  readonly name: string;
  readonly version: string;
  readonly sizeBytes: number | null;
  readonly digest: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly method: 'form' | 'parts' | 'stream';
  readonly form?: {
    readonly url: string;
    readonly fields: Readonly<Record<string, string>>;
    readonly expiresAt: string;
  };
  readonly parts?: {
    readonly sizeBytes: number;
    readonly count: number;
    readonly received: readonly { readonly partNumber: number; readonly sizeBytes: number }[];
    readonly addresses: readonly PartAddress[];
  };
  readonly packageId: string | null;
  readonly versionId: string | null;
  readonly outcome?: Outcome;
}

export interface Outcome {
  readonly state: string;
  readonly reason: string | null;
  readonly digest: string | null;
  readonly report: Report | null;
}

export interface Package {
  readonly id: string;
  readonly kind: Kind;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly owner: { readonly id: string; readonly name: string };
  readonly groupId: string | null;
  readonly visibility: 'everybody' | 'groups' | 'owner';
  readonly visibleTo: readonly string[];
  readonly sensitive: boolean;
  readonly allowedGroups: readonly string[];
  readonly state: 'hidden' | 'published' | 'yanked' | 'deleted';
  readonly latest: { readonly versionId: string; readonly version: string } | null;
}

export interface Version {
  readonly id: string;
  readonly packageId: string;
  readonly version: string;
  readonly state: string;
  readonly sizeBytes: number;
  readonly digest: string | null;
  readonly uploadedBy: { readonly id: string; readonly name: string };
  readonly reason: string | null;
  readonly license: string;
  readonly summary: string;
  readonly report?: Report | null;
}

export interface Download {
  readonly url: string;
  readonly expiresAt: string;
  readonly sizeBytes: number;
  readonly digest: string;
  readonly version: string;
  readonly reason: string;
}

/** What a package is to be published as. */
export interface Named {
  readonly name: string;
  readonly version?: string;
  readonly kind?: Kind;
}

export interface Published {
  readonly packageId: string;
  readonly versionId: string;
  readonly uploadId: string;
  readonly digest: string;
  readonly bytes: Buffer;
}

type Content = string | Buffer;

/** A ZIP archive with these files, compressed where `stored` does not name them. */
export function zipOf(
  files: Readonly<Record<string, Content>>,
  stored: readonly string[] = [],
): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  // Always the same time, so that the same files give the same bytes.
  const mtime = new Date(Date.UTC(2026, 0, 1));
  for (const [path, content] of Object.entries(files)) {
    zip.addBuffer(Buffer.from(content), path, { mtime, compress: !stored.includes(path) });
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** Larger files are stored as they are: making the archive should not be what takes the time. */
const largestCompressedBytes = 1_000_000;

/** Writes a ZIP archive of files of this machine: path inside → path on disk. */
export async function zipFiles(files: ReadonlyMap<string, string>, target: string): Promise<void> {
  const zip = new yazl.ZipFile();
  for (const [path, file] of files) {
    zip.addFile(file, path, { compress: (await stat(file)).size <= largestCompressedBytes });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(target));
}

/** A small package that passes every check; other `words` make other bytes. */
export function smallPackage(words = 'nothing in particular'): Promise<Buffer> {
  return zipOf({
    'package.json': JSON.stringify({ name: 'small', description: `About ${words}.`, license: 'MIT' }),
    'README.md': `# Small\n\nIt is about ${words}.\n`,
    'index.js': `export const words = ${JSON.stringify(words)};\n`,
  });
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The body with which an upload begins. */
export function declared(named: Named, sizeBytes: number, more: Readonly<Record<string, unknown>> = {}) {
  const { name, version = '1.0.0', kind = 'code' } = named;
  return { kind, name, version, fileName: 'package.zip', sizeBytes, ...more };
}

export function begin(
  api: Api,
  named: Named,
  sizeBytes: number,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Upload> {
  return ok(
    patiently(() => api.post<Upload>('/api/uploads', declared(named, sizeBytes, more))),
    201,
  );
}

/** Posts the form of an upload, fields first. */
export async function sendForm(
  form: NonNullable<Upload['form']>,
  bytes: Uint8Array,
): Promise<Answer<unknown>> {
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  body.append('file', new Blob([new Uint8Array(bytes)]), 'package.zip');
  return answerOf(await fetch(form.url, { method: 'POST', body }));
}

export async function sendPart(url: string, bytes: Uint8Array): Promise<Answer<unknown>> {
  return answerOf(await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) }));
}

async function answerOf(response: Response): Promise<Answer<unknown>> {
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : text };
}

/** Begins an upload, sends the bytes as it asks for, and completes it. */
export async function upload(
  api: Api,
  named: Named,
  bytes: Buffer,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Upload> {
  const begun = await begin(api, named, bytes.length, more);
  if (begun.form !== undefined) await ok(sendForm(begun.form, bytes), 204);
  for (const { partNumber, url } of begun.parts?.addresses ?? []) {
    const size = begun.parts?.sizeBytes ?? 0;
    await ok(sendPart(url, bytes.subarray((partNumber - 1) * size, partNumber * size)), 200);
  }
  return ok(
    patiently(() => api.post<Upload>(`/api/uploads/${begun.id}/complete`)),
    200,
  );
}

/** The upload once its version is decided. */
export function decided(
  api: Api,
  uploadId: string,
  timeoutMs = 120_000,
): Promise<Upload & { outcome: Outcome }> {
  return waitFor(
    `a decision about the upload ${uploadId}`,
    async () => {
      const { outcome, ...rest } = await ok(api.get<Upload>(`/api/uploads/${uploadId}`));
      return (
        outcome !== undefined && !['pending', 'releasing'].includes(outcome.state) && { ...rest, outcome }
      );
    },
    { timeoutMs },
  );
}

/** Uploads the bytes, which must pass, and waits until they are published. */
export async function publish(api: Api, named: Named, bytes?: Buffer): Promise<Published> {
  const content = bytes ?? (await smallPackage(`${named.name} ${named.version ?? ''}`));
  const { id } = await upload(api, named, content);
  const { outcome, packageId, versionId } = await decided(api, id);
  if (outcome.state !== 'published' || packageId === null || versionId === null) {
    throw new Error(`${named.name} is ${outcome.state}: ${outcome.reason}`);
  }
  return { packageId, versionId, uploadId: id, digest: digestOf(content), bytes: content };
}
