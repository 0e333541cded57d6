import type { AssayClient } from './client.ts';
import { AssayError, refusalThrown } from './problem.ts';
import type { PackageAccess, PackageKind, PartAddress, Upload } from './shapes.ts';

/** What is said of `PackageAccess` is for a package that is new. */
export interface UploadOptions extends Partial<PackageAccess> {
  readonly kind: PackageKind;
  readonly name: string;
  readonly version: string;
  /** A browser's `File`, or what `node:fs.openAsBlob` gives: it is read piece by piece. */
  readonly file: Blob;
  readonly fileName: string;
  readonly contentType?: string;
  /** SHA-256 in hex, when it is known: the registry refuses other bytes. */
  readonly digest?: string;
  readonly method?: 'form' | 'parts';
  /** Goes on with an upload that was interrupted instead of beginning one. */
  readonly resume?: string;
  /** Parts that are sent at the same time. */
  readonly concurrency?: number;
  /** Times that one part is sent before giving up. */
  readonly attempts?: number;
  readonly onProgress?: (sentBytes: number, upload: Upload) => void;
}

/**
 * Sends a package and completes its upload. When it throws, the bytes that have arrived stay: call it again with
 * `resume`, the id that `onProgress` told.
 */
export async function uploadPackage(client: AssayClient, options: UploadOptions): Promise<Upload> {
  const upload =
    options.resume === undefined ? await begin(client, options) : await client.readUpload(options.resume);
  if (upload.state === 'completed') return upload;
  options.onProgress?.(0, upload);
  if (upload.method === 'parts') await sendParts(client, options, upload);
  else await sendForm(upload, options);
  return client.completeUpload(upload.id);
}

/** Asks until the version is decided. */
export async function waitForOutcome(
  client: AssayClient,
  uploadId: string,
  options: { pollMs?: number; signal?: AbortSignal } = {},
): Promise<Upload & { readonly outcome: NonNullable<Upload['outcome']> }> {
  for (;;) {
    options.signal?.throwIfAborted();
    const upload = await client.readUpload(uploadId);
    const { outcome } = upload;
    if (outcome !== undefined && outcome.state !== 'pending' && outcome.state !== 'releasing') {
      return { ...upload, outcome };
    }
    if (upload.state !== 'open' && upload.state !== 'completed') {
      throw new Error(`The upload ${uploadId} is ${upload.state}.`);
    }
    await pause(options.pollMs ?? 250);
  }
}

function begin(client: AssayClient, options: UploadOptions): Promise<Upload> {
  const { kind, name, version, fileName, file, contentType, digest, method } = options;
  const { visibility, visibleTo, sensitive, allowedGroups } = options;
  return client.beginUpload({
    kind,
    name,
    version,
    fileName,
    sizeBytes: file.size,
    ...(contentType !== undefined && { contentType }),
    ...(digest !== undefined && { digest }),
    ...(method !== undefined && { method }),
    ...(visibility !== undefined && { visibility }),
    ...(visibleTo !== undefined && { visibleTo }),
    ...(sensitive !== undefined && { sensitive }),
    ...(allowedGroups !== undefined && { allowedGroups }),
  });
}

async function sendForm(upload: Upload, { file, fileName }: UploadOptions): Promise<void> {
  if (upload.form === undefined) return;
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.form.fields)) form.append(name, value);
  form.append('file', file, fileName);
  const answer = await fetch(upload.form.url, { method: 'POST', body: form });
  try {
    await refusalThrown(answer);
  } catch (error) {
    // It had arrived; only the answer was lost.
    if (!(error instanceof AssayError && error.code === 'address-used')) throw error;
  }
}

const addressesAtOnce = 100;

async function sendParts(client: AssayClient, options: UploadOptions, upload: Upload): Promise<void> {
  const { parts } = upload;
  if (parts === undefined) return;
  const received = new Set(parts.received.map((part) => part.partNumber));
  let sentBytes = parts.received.reduce((sum, part) => sum + part.sizeBytes, 0);
  const missing = Array.from({ length: parts.count }, (_, i) => i + 1).filter((n) => !received.has(n));
  const known = new Map(parts.addresses.map((address) => [address.partNumber, address]));
  for (let start = 0; start < missing.length; start += addressesAtOnce) {
    const numbers = missing.slice(start, start + addressesAtOnce);
    const queue = numbers.every((n) => known.has(n))
      ? numbers.flatMap((n) => known.get(n) ?? [])
      : [...(await client.addressParts(upload.id, numbers))];
    const sender = async () => {
      for (let address = queue.shift(); address !== undefined; address = queue.shift()) {
        const piece = pieceOf(options.file, address.partNumber, parts.sizeBytes);
        await sendPart(client, upload.id, address, piece, options.attempts ?? 5);
        sentBytes += piece.size;
        options.onProgress?.(sentBytes, upload);
      }
    };
    await Promise.all(Array.from({ length: options.concurrency ?? 4 }, sender));
  }
}

function pieceOf(file: Blob, partNumber: number, partSizeBytes: number): Blob {
  return file.slice((partNumber - 1) * partSizeBytes, partNumber * partSizeBytes);
}

async function sendPart(
  client: AssayClient,
  uploadId: string,
  first: PartAddress,
  piece: Blob,
  attempts: number,
): Promise<void> {
  let address = first;
  for (let attempt = 1; ; attempt++) {
    try {
      await refusalThrown(await fetch(address.url, { method: 'PUT', body: piece }));
      return;
    } catch (error) {
      // It had arrived; only the answer was lost.
      if (error instanceof AssayError && error.code === 'address-used') return;
      if (attempt >= attempts || !worthAnotherTry(error)) throw error;
      await pause(Math.min(250 * 2 ** attempt, 10_000));
      address = (await client.addressParts(uploadId, [first.partNumber]))[0] ?? address;
    }
  }
}

/** A broken connection, a server that cannot just now, an address that has expired. */
function worthAnotherTry(error: unknown): boolean {
  if (!(error instanceof AssayError)) return true;
  return error.problem.status >= 500 || ['address-invalid', 'throttled'].includes(error.code);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
