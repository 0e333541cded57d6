// The envelope around everything that the registry signs: DSSE (https://github.com/secure-systems-lab/dsse, version 1).
//
//   {"payload": "<base64>", "payloadType": "application/vnd.in-toto+json", "signatures": [{"keyid": "…", "sig": "<base64>"}]}
//
// Signed are not the bytes of the payload alone but also its type, each with its length before it.
import type { RegistrySigner } from '../signing/index.ts';

export const statementType = 'application/vnd.in-toto+json';

export interface Envelope {
  readonly payload: Uint8Array;
  readonly payloadType: string;
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** The bytes that are signed: `DSSEv1 <length> <type> <length> <payload>`. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const encoder = new TextEncoder();
  const typeBytes = encoder.encode(payloadType).length;
  const before = encoder.encode(`DSSEv1 ${typeBytes} ${payloadType} ${payload.length} `);
  const whole = new Uint8Array(before.length + payload.length);
  whole.set(before);
  whole.set(payload, before.length);
  return whole;
}

/** The envelope as a text on one line. */
export async function signedEnvelope(
  signer: RegistrySigner,
  statement: object,
): Promise<{ readonly text: string; readonly keyId: string }> {
  const payload = new TextEncoder().encode(JSON.stringify(statement));
  const { keyId, signature } = await signer.sign(preAuthenticationEncoding(statementType, payload));
  const signatures = [{ keyid: keyId, sig: signature.toBase64() }];
  const text = JSON.stringify({ payload: payload.toBase64(), payloadType: statementType, signatures });
  return { text, keyId };
}

/**
 * Null unless the text is an envelope with exactly one signature, each field there once and no other, its base64 in the
 * one way in which these bytes are written: so there is nothing in it that two readers could understand differently.
 */
export function readEnvelope(text: string): Envelope | null {
  const given = parsed(text) as { payload?: unknown; payloadType?: unknown; signatures?: unknown } | null;
  // No value in it has spaces. What was there twice, or with other escapes, is not the same when it is written again.
  if (given === null || JSON.stringify(given) !== text.replaceAll(/[ \t\r\n]/g, '')) return null;
  if (!hasExactly(given, ['payload', 'payloadType', 'signatures'])) return null;
  const { payloadType, signatures } = given;
  const [only, ...more] = Array.isArray(signatures) ? signatures : [];
  if (more.length > 0 || !hasExactly(only, ['keyid', 'sig'])) return null;
  const [payload, signature] = [bytesOf(given.payload), bytesOf(only.sig)];
  if (payload === null || signature === null) return null;
  if (typeof payloadType !== 'string' || typeof only.keyid !== 'string') return null;
  return { payload, payloadType, keyId: only.keyid, signature };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function hasExactly(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).sort().join() === [...names].sort().join();
}

/** Null for what is not the one way of writing these bytes. */
function bytesOf(given: unknown): Uint8Array | null {
  if (typeof given !== 'string') return null;
  try {
    const bytes = Uint8Array.fromBase64(given);
    return bytes.toBase64() === given ? bytes : null;
  } catch {
    return null;
  }
}
