// What the server and a process that runs validators send each other: JSON over HTTP, with a secret that both have.
//
//   POST /run      RemoteTask     → ValidatorOutcome
//   POST /syntax   RemoteSource   → SyntaxVerdict, or 503 while nobody can tell
//   GET  /health                  → RunnerHealth; without the secret no more than whether it is ready
import type { ValidatorLanguage, ValidatorTask } from '../../core/validators/index.ts';

export const paths = { run: '/run', syntax: '/syntax', health: '/health' } as const;

export interface RemoteTask extends Omit<ValidatorTask, 'archive'> {
  readonly archive: { readonly url: string; readonly sizeBytes: number };
}

export interface RemoteSource {
  readonly language: ValidatorLanguage;
  readonly source: string;
}

/** Null for what is none. */
export function remoteSource(given: unknown): RemoteSource | null {
  if (!isRecord(given) || typeof given.source !== 'string') return null;
  const { language, source } = given;
  return language === 'python' || language === 'javascript' ? { language, source } : null;
}

/** Null for what is none. */
export function remoteTask(given: unknown): RemoteTask | null {
  const script = remoteSource(given);
  if (script === null || !isRecord(given)) return null;
  const { packageName, versionLabel, uploader, downloader, groups, metadata, archive } = given;
  const texts = [packageName, versionLabel, uploader, downloader];
  if (!texts.every((text) => typeof text === 'string')) return null;
  if (!Array.isArray(groups) || !groups.every((group) => typeof group === 'string')) return null;
  if (!isRecord(metadata) || !isRecord(archive)) return null;
  const { url, sizeBytes } = archive;
  const isAddress = typeof url === 'string' && /^https?:\/\//.test(url);
  if (!isAddress || !Number.isSafeInteger(sizeBytes) || Number(sizeBytes) < 0) return null;
  return { ...(given as unknown as RemoteTask), ...script };
}

export function isRecord(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}
