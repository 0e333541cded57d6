import {
  canonicalText,
  type KindTransfer,
  kindRules,
  type RecordKind,
  type RecordTransfer,
  type RegistryRecords,
  recordKinds,
  SetDigest,
} from '../transfer/index.ts';

/** The number of records of a kind, and the digest over all of them, whatever engine they lie on. */
export interface KindDigest {
  readonly count: number;
  readonly digest: string;
}

/**
 * Over everything that comes along with a transfer, but for what has expired at `now`, which engines may forget, and
 * for what is sealed, which looks different under every key.
 */
export async function digestRecords(
  transfer: RecordTransfer,
  now: Date,
): Promise<Record<RecordKind, KindDigest>> {
  const digests: Partial<Record<RecordKind, KindDigest>> = {};
  for (const kind of recordKinds) digests[kind] = await digestKind(kind, transfer[kind], now);
  return digests as Record<RecordKind, KindDigest>;
}

async function digestKind<K extends RecordKind>(
  kind: K,
  transfer: KindTransfer<RegistryRecords[K]>,
  now: Date,
): Promise<KindDigest> {
  const { key, arriving = (record) => record, compared = (record) => record, settled } = kindRules[kind];
  const lasting = (record: RegistryRecords[K]) =>
    settled === undefined ? compared(record) : settled(record, { since: never, now });
  const digest = new SetDigest();
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof transfer.read>> = await transfer.read(after, 200);
    for (const record of page.records) {
      const coming = arriving(record);
      const kept = coming && lasting(coming);
      if (coming !== null && kept !== null) digest.add(canonicalText([key(coming), unsealed(kept)]));
    }
    after = page.next;
  } while (after !== null);
  return { count: digest.count, digest: digest.text };
}

/** The last moment that a date can tell. */
const never = new Date(8.64e15);

function unsealed(record: object): object {
  return 'sealedSecret' in record ? { ...record, sealedSecret: null } : record;
}
