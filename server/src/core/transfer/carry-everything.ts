// What a registry consists of, carried from one set of engines to another: records, content and secrets.

import { sessionKeysSecret } from '../access/index.ts';
import { addressKeysSecret } from '../content/index.ts';
import type { SecretStore } from '../secrets.ts';
import { registryKeysSecret } from '../signing/index.ts';
import { type ContentOutcome, carryContent } from './carry-content.ts';
import { carryRecords, type KindOutcome } from './carry-records.ts';
import { recordKinds, type Settled } from './kinds.ts';
import { requireOpenable, withOpenSecrets } from './open-secrets.ts';
import type { RecordKind } from './ports.ts';
import type { Transfer, TransferPorts } from './sides.ts';

/** One pass. While the source is being written it leaves differences behind, fewer each time. */
export async function carryEverything(ports: TransferPorts, transfer: Transfer): Promise<void> {
  await carrySecrets(ports);
  if (transfer.movesRecords) {
    for (const kind of recordKinds) tellKind(ports, await carryKind(ports, kind, null));
  } else await requireOpenable(ports.source.transfer, ports.target.secretBox);
  if (transfer.movesContent) tellContent(ports, await carryAllContent(ports));
}

export function carryKind(
  { source, target }: TransferPorts,
  kind: RecordKind,
  settled: Settled | null,
): Promise<KindOutcome> {
  const from = withOpenSecrets(source.transfer, source.secretBox);
  return carryRecords(kind, from, withOpenSecrets(target.transfer, target.secretBox), settled);
}

export function carryAllContent({
  source,
  target,
  journal,
  parallel,
}: TransferPorts): Promise<ContentOutcome> {
  const { content, uploads } = source;
  return carryContent({ source: content, target: target.content, uploads, journal, parallel });
}

export const carriedSecrets = [sessionKeysSecret, addressKeysSecret, registryKeysSecret];

/** Sessions and addresses that were given out stay good, and signatures verifiable. What seals webhooks stays: they are sealed anew. */
export async function carrySecrets({ source, target }: TransferPorts): Promise<void> {
  for (const name of carriedSecrets) await carrySecret(name, source.secrets, target.secrets);
}

async function carrySecret(name: string, source: SecretStore, target: SecretStore): Promise<void> {
  const wanted = await source.read(name);
  if (wanted === null) return;
  const stored = (await target.read(name)) ?? (await target.create(name, wanted.text));
  if (stored.text !== wanted.text) await target.replace(name, wanted.text, stored.version);
}

export function tellKind(
  { tell }: TransferPorts,
  { kind, count, digest, stored, removed }: KindOutcome,
): void {
  if (count + stored + removed === 0) return;
  tell(`${kind}: ${count}, ${done(stored, removed)}, digest ${digest.slice(0, 16)}`);
}

export function tellContent({ tell }: TransferPorts, outcome: ContentOutcome): void {
  const { count, sizeBytes, stored, removed, damaged } = outcome;
  tell(`content: ${count} objects, ${sizeBytes} bytes, ${done(stored, removed)}`);
  for (const key of damaged)
    tell(`content: ${key} does not have the digest it is named by, and is not carried`);
}

function done(stored: number, removed: number): string {
  return stored + removed === 0 ? 'the same' : `${stored} stored, ${removed} removed`;
}
