import { RegistryError } from '../errors.ts';
import type { Receiving, Upload } from './upload.ts';

const mebibyte = 1024 * 1024;
export const smallestPartBytes = 8 * mebibyte;
export const largestPartBytes = 64 * mebibyte;
export const mostParts = 10_000;
export const mostAddressesAtOnce = 100;

type Parts = Extract<Receiving, { method: 'parts' }>;

/**
 * Part size: a thirty-second of the content in whole MiB, within the limits. Large parts cost fewer writes to the disk,
 * small ones less when one is lost; with the largest, 10,000 parts hold 625 GiB.
 */
export function partSizeFor(sizeBytes: number): number {
  const share = Math.ceil(sizeBytes / 32 / mebibyte) * mebibyte;
  return Math.min(Math.max(share, smallestPartBytes), largestPartBytes);
}

/** Throws `part-invalid` unless the upload takes parts. */
export function partsOf(upload: Upload): Parts {
  if (upload.receiving.method === 'parts') return upload.receiving;
  throw new RegistryError(
    'part-invalid',
    `The upload ${upload.id} takes its bytes by ${upload.receiving.method}, not in parts.`,
  );
}

/** Where part `partNumber` (from 1) begins and how many bytes it has; only the last may have fewer. */
export function partExtent(upload: Upload, partNumber: number): { offset: number; sizeBytes: number } {
  const { partSizeBytes, partCount } = partsOf(upload);
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > partCount) {
    throw new RegistryError(
      'part-invalid',
      `There is no part ${partNumber}; the upload ${upload.id} has the parts 1 to ${partCount}.`,
    );
  }
  const offset = (partNumber - 1) * partSizeBytes;
  return { offset, sizeBytes: Math.min(partSizeBytes, (upload.sizeBytes ?? 0) - offset) };
}
