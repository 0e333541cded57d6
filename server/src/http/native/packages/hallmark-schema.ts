import Type, { type Static } from 'typebox';
import type { Hallmark } from '../../../core/hallmarks/index.ts';
import { Id, Timestamp } from '../../schemas.ts';

export const Envelope = Type.Object(
  {
    payload: Type.String({ description: 'An in-toto statement, base64.' }),
    payloadType: Type.String(),
    signatures: Type.Array(Type.Object({ keyid: Type.String(), sig: Type.String() })),
  },
  { description: 'A DSSE envelope. Kept as it is, it can be verified without the registry.' },
);

export const HallmarkSchema = Type.Object({
  id: Id,
  issuedAt: Timestamp,
  digest: Type.String(),
  keyId: Type.String(),
  envelope: Envelope,
});

/** The same bytes as were made, but for spaces. */
export function presentEnvelope(envelope: string): Static<typeof Envelope> {
  return JSON.parse(envelope);
}

export function presentHallmark(hallmark: Hallmark): Static<typeof HallmarkSchema> {
  const { id, issuedAt, digest, keyId, envelope } = hallmark;
  return { id, issuedAt: issuedAt.toISOString(), digest, keyId, envelope: presentEnvelope(envelope) };
}
