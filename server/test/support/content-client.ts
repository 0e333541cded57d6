// What a client does at signed addresses.
import assert from 'node:assert/strict';
import type { PostForm } from '../../src/core/content/index.ts';

export function putPart(url: string, bytes: Uint8Array): Promise<Response> {
  return fetch(url, { method: 'PUT', body: new Uint8Array(bytes) });
}

/** `changed` replaces fields of the form, or with undefined leaves them out. */
export function sendForm(
  form: PostForm,
  file: Uint8Array | null,
  changed: Readonly<Record<string, string | undefined>> = {},
): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...form.fields, ...changed })) {
    if (value !== undefined) body.append(name, value);
  }
  if (file !== null) body.append('file', new Blob([new Uint8Array(file)]), 'package.zip');
  return fetch(form.url, { method: 'POST', body });
}

/** The problem document of a refusal. */
export async function problemOf(answer: Response): Promise<{ status: number; code: string; detail: string }> {
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
  const problem = (await answer.json()) as { status: number; code: string; detail: string };
  assert.equal(answer.status, problem.status);
  return problem;
}
