// AES-256-GCM as secret boxes use it: `<iv>.<tag>.<ciphertext>`, each in base64url.
import { createCipheriv, createDecipheriv } from 'node:crypto';

export const sealingKeyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/** `iv`: 12 bytes that this key has not been used with before. What it is sealed `about` must be given to open it. */
export function sealedWith(key: Uint8Array, iv: Uint8Array, secret: string, about: string): string {
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(about));
  const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return [iv, cipher.getAuthTag(), ciphertext]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
}

/** Throws for another key, another `about`, and a text that was changed. */
export function openedWith(key: Uint8Array, sealed: string, about: string): string {
  const parts = sealed.split('.').map((part) => Buffer.from(part, 'base64url'));
  const [iv, tag, ciphertext] = parts;
  if (parts.length !== 3 || iv?.length !== ivBytes || tag?.length !== tagBytes || ciphertext === undefined) {
    throw new Error('The sealed text has another form.');
  }
  const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(about)).setAuthTag(tag);
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
}
