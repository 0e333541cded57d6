import Type from 'typebox';
import { keySetOf } from '../../../core/signing/index.ts';
import { defineRoute } from '../../define-route.ts';

const Key = Type.Object({
  kty: Type.Enum(['OKP']),
  crv: Type.Enum(['Ed25519']),
  x: Type.String({ description: 'The public key, base64url.' }),
  kid: Type.String({ description: 'Its thumbprint (RFC 7638).' }),
  use: Type.Enum(['sig']),
  alg: Type.Enum(['EdDSA']),
  iat: Type.Integer({ description: 'When it was made, in seconds since 1970.' }),
  retired: Type.Optional(
    Type.Integer({ description: 'From when on nothing is signed with it; it may lie ahead.' }),
  ),
});

export const keysRoute = defineRoute({
  operation: 'registry.keys',
  method: 'GET',
  path: '/.well-known/assay-keys.json',
  description:
    'A JSON Web Key Set of every key that hallmarks, receipts and checkpoints have ever been signed with, oldest ' +
    'first. Keys that have retired stay, so that what they signed can be verified.',
  answers: { 200: Type.Object({ keys: Type.Array(Key) }) },
  handle: async ({ signer }, _asked, reply) => {
    const keys = keySetOf(await signer.publicKeys());
    // Anybody may keep it for a while; who meets a key that is not in it asks again.
    reply.header('cache-control', 'public, max-age=300');
    return keys;
  },
});
