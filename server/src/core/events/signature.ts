// Signatures of the Standard Webhooks specification 1.0.0 (standardwebhooks.com), symmetric scheme.
import { createHmac } from 'node:crypto';
import type { Randomness } from '../clock.ts';

const prefix = 'whsec_';

/** `whsec_` and 32 random bytes in Base64; the specification asks for 24 to 64. */
export function newSigningSecret(randomness: Randomness): string {
  return `${prefix}${randomness.bytes(32).toString('base64')}`;
}

/** The headers that identify and sign a message; the id stays the same however often it is sent. */
export function signedHeaders(
  secret: string,
  message: { id: string; at: Date; body: string },
): Readonly<Record<string, string>> {
  const timestamp = Math.floor(message.at.getTime() / 1000);
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  const mac = createHmac('sha256', key).update(`${message.id}.${timestamp}.${message.body}`);
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${mac.digest('base64')}`,
  };
}
