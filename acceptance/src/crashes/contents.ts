// Packages for the load: small and medium, good and bad, some of them twice.
import { randomBytes } from 'node:crypto';
import { corruptPackage, unsafePackage } from '../bad-packages.ts';
import { digestOf, zipOf } from '../packages.ts';
import type { Chance } from './chance.ts';
import type { Content } from './ledger.ts';

const mebibyte = 1024 * 1024;
const noise = randomBytes(30 * mebibyte);

export interface Made {
  readonly bytes: Buffer;
  readonly content: Content;
}

const recent: Made[] = [];

export async function makeContent(chance: Chance, words: string): Promise<Made> {
  const what = chance.pick({ small: 45, medium: 15, again: 15, outside: 10, corrupt: 15 });
  if (what === 'outside') return bad(await unsafePackage(words));
  if (what === 'corrupt') return bad(await corruptPackage(words));
  const [known] = chance.some(recent, 1);
  if (what === 'again' && known !== undefined) return known;
  const made = what === 'medium' ? await medium(words, chance) : await small(words);
  recent.push(made);
  if (recent.length > 4) recent.shift();
  return made;
}

function small(words: string): Promise<Made> {
  return good({
    'package.json': JSON.stringify({ name: 'small', description: `About ${words}.`, license: 'MIT' }),
    'README.md': `# Small\n\nIt is about ${words}.\n`,
    'source/index.js': `export const words = ${JSON.stringify(words)};\n`,
  });
}

function medium(words: string, chance: Chance): Promise<Made> {
  return good({
    'README.md': `# Medium\n\nIt is about ${words}.\n`,
    'package.json': JSON.stringify({ name: 'medium', description: words }),
    'data/noise.bin': noise.subarray(0, chance.between(7 * mebibyte, noise.length)),
  });
}

async function good(files: Readonly<Record<string, string | Buffer>>): Promise<Made> {
  const bytes = await zipOf(files, ['data/noise.bin']);
  const digests = Object.entries(files).map(
    ([path, content]) => [path, digestOf(Buffer.from(content))] as const,
  );
  const content = {
    digest: digestOf(bytes),
    sizeBytes: bytes.length,
    files: new Map(digests),
    good: true,
  };
  return { bytes, content };
}

function bad(bytes: Buffer): Made {
  return {
    bytes,
    content: { digest: digestOf(bytes), sizeBytes: bytes.length, files: new Map(), good: false },
  };
}
