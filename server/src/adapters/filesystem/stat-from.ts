import type { BigIntStats } from 'node:fs';
import type { ContentStat } from '../../core/content/index.ts';

export function statFrom(stats: Pick<BigIntStats, 'size' | 'ino' | 'mtimeNs'>): ContentStat {
  return { sizeBytes: Number(stats.size), revision: `${stats.ino}-${stats.mtimeNs}-${stats.size}` };
}
