import type { ByteRange } from '../../core/content/index.ts';

/**
 * What a `Range` header asks for (RFC 9110, section 14): one range of bytes; `whole` where there is none, where
 * it is no range at all, and for several at once, which a server may answer with everything; `outside` when
 * not one byte of it is there.
 */
export function byteRangeOf(header: string | undefined, sizeBytes: number): ByteRange | 'whole' | 'outside' {
  const [, first, last] = /^\s*bytes\s*=\s*(\d*)-(\d*)\s*$/i.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return 'whole';
  if (first === '') return suffix(Number(last), sizeBytes);
  const [start, end] = [Number(first), last === '' ? sizeBytes : Number(last) + 1];
  if (last !== '' && end <= start) return 'whole';
  return start < sizeBytes ? { start, end: Math.min(end, sizeBytes) } : 'outside';
}

function suffix(length: number, sizeBytes: number): ByteRange | 'outside' {
  if (length === 0 || sizeBytes === 0) return 'outside';
  return { start: Math.max(0, sizeBytes - length), end: sizeBytes };
}
