import Type, { type Static } from 'typebox';
import type { ReadCheckpoint } from '../../../core/audit/index.ts';
import { Timestamp } from '../../schemas.ts';

export const Hash = Type.String({ description: 'SHA-256, base64.' });
export const TreeSize = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

export const CheckpointSchema = Type.Object({
  origin: Type.String({ description: 'Which log it is.' }),
  size: Type.Integer({ description: 'How many entries the tree has.' }),
  root: Hash,
  at: Timestamp,
  note: Type.String({
    description:
      'The signed note (C2SP tlog-checkpoint), with a key of /.well-known/assay-keys.json: this is what to keep.',
  }),
});

export function presentCheckpoint(checkpoint: ReadCheckpoint): Static<typeof CheckpointSchema> {
  const { origin, size, root, at, note } = checkpoint;
  return { origin, size, root: presentHash(root), at: at.toISOString(), note };
}

export function presentHash(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64');
}
