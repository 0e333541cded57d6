// Compressed files as their own programs write them (bzip2 1.0.8, xz 5.4, lz4 1.9, zstd 1.5, Python's lzma), and writers
// for the formats that no library on npm writes: they store what they are given, as the formats allow.
import { crc32, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { CompressionType } from '../../src/core/checks/index.ts';

/** What the samples hold. */
export const sampleText = Array.from({ length: 60_000 }, (_, i) => `${(i * i) % 97} `).join('');

export interface CompressedSample {
  readonly type: CompressionType;
  readonly form: string;
  readonly base64: string;
}

export const compressedSamples: readonly CompressedSample[] = [
  {
    type: 'bzip2',
    form: 'two blocks',
    base64:
      'QlpoMTFBWSZTWfGjOXsARVaYAEAAf+BQBFwD0qQACpEA000EA000EA000CaqBNEBSplJp6o2SRcki0SLskXZIski7JF+JFqSLckXqSLskW5IuyRfSRdJF4ki/SReyRdJF5JF6ki3SRbJF9JFyki+ki0SLEkWSReSRYki6SLEkXZItEi1JFmSLMkWSRYki7JFmSLRIYkpxJTqSmJKepKfSkXUkWSRaki+ki7JFmSLwkXZItkixJF2JTUlPUlOJKYqoP5IXxItUkW5IvZIvpItpKdSUxJTqSm0lPElOUlPUlOpKakp1JTSRcJFhJFySL8SL1JF2kizJF9ySL8SL6SL9JFwkXKSLhIuSRbki5JFyUkW5Iuki1JFokWZItSRbJF9JFiSLckWZIuEizKSL2SLBIvZIvCRdpItSRaki+pItyRcJFtUoMSRdki5JFgkXZIsyRYJFqSLZIvEkWBSo8ki8ki5JF4SLJItSRZki7JF9JFiSLkkWZIvECqxJFiSLkkXxIvCRcki0SLMkXJSmpKeJKfAiq6kp1IWCRYkizFKjkkWpIeJKakpqSmJKYkpqSnAiq1JTElMSUxIWSRe0kWhSo/mKCskymsnl9zbYAsi8wAIAA/8CgCLwAAAAAIBppoIBppoIBppoIBppoCpTEEigDYBYB0A7AFAHQD8AWAYAegB0AwA7AHwB0A4APwB6AOgHADwAyAGAHwBuAHwBYBoAoA4AaAPeAKAPAGAFwBQBQBQBqAPAFAFgFQBoA2AVAHIA6AOgCgC4A+AOwBQBwA6AYAaAOwBcAcgDUAUgE+gD4AuAGQB4A+gDAD0AUAegCwDADQBwA9AFwB4AuANgGgBsA/AHgB2AFAGAH4A9AHwBgB+AGwDYBkAbANoAMgDoBYBYBQBYBgB8AaAMAKgDYBSADwBoA9AHADqALALgD6AGAGwDEAkagDoBsA0AdAKgDQBYBgBwAaQBHIA4AbgDgBQBYBQB2APoA1AGwCoA4gCaANAGwD4A4AbgCwCgDcAWAYAbICR4A8AaANQBSQCNgFwBgBYBcAVAFQBYBqICRYBQBQBUAUAeQBcgCP4u5IpwoSG/8ShYA==',
  },
  {
    type: 'xz',
    form: 'CRC64',
    base64:
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4prhAQpdABgIAoZJLmgOJs4r8ZJi+RC6YjC2WE3qX6xIMzugbIApcM2ZQHq9jGcCqWvPsWITOz0iXhmo8llBkTAkF6T8hnIH3TeFoQ0SgcmqZp5s8bgLkmXcGcaQ/ocIH/0SZ9Ib6W9PqnYZVUzD47PHndW5X/Rv9b1ZEKLlEGnKF3/w8wlDblJjG9LmfdHZoxK3lCvYHhl1zLp7WTg/bYBrF1RwvsiUZD/7zhgoxwrxhYsnK/V38PZbJGJOT9CzgJvTlEN24LhXAVQw7/hHL5Zw1glKeU9lAqPl9XDihNBGuJbiR/eFKX0MFsKnxREj+hcb2aJkTm5tbdbGZ0TZmb0qYvX6W4/LhKySuyTmPpYAAAAAD0NS6b6a/5AAAaYC4rUKAIwo3DOxxGf7AgAAAAAEWVo=',
  },
  {
    type: 'xz',
    form: 'no check sum',
    base64:
      '/Td6WFoAAAD/EtlBAgAhARYAAAB0L+Wj4prhAQpdABgIAoZJLmgOJs4r8ZJi+RC6YjC2WE3qX6xIMzugbIApcM2ZQHq9jGcCqWvPsWITOz0iXhmo8llBkTAkF6T8hnIH3TeFoQ0SgcmqZp5s8bgLkmXcGcaQ/ocIH/0SZ9Ib6W9PqnYZVUzD47PHndW5X/Rv9b1ZEKLlEGnKF3/w8wlDblJjG9LmfdHZoxK3lCvYHhl1zLp7WTg/bYBrF1RwvsiUZD/7zhgoxwrxhYsnK/V38PZbJGJOT9CzgJvTlEN24LhXAVQw7/hHL5Zw1glKeU9lAqPl9XDihNBGuJbiR/eFKX0MFsKnxREj+hcb2aJkTm5tbdbGZ0TZmb0qYvX6W4/LhKySuyTmPpYAAAAAAAGeAuK1CgBMrfXbqAAK/AIAAAAAAFla',
  },
  {
    type: 'lzma',
    form: 'as joblib has it',
    base64:
      'XQAAQAD//////////wAYCAKGSS5oDibOK/GSSa4vF+N4sp8bA81s+EcvSFSL+LUJfv2mKlY8TGr6Z1SK0GB5JyqZHEg46nJm3wzVmmvlgneqM9UUfjJEtQlBW8E5Xjq5iMWzztPNaXQ20ORCVGGR+wR9xGj3oLA9CHLwzI9EGuEDo1L4NfF6NvEG4pfzAbVl8czTM5nRhZP700Q9SpKyjh6xdNTS61eFCks556DGkMpHjbLI8dJOi3nxoqc4WrHvtbEGTEqKtRFrKFI62RCYMOA8UrIgcmQGeLYC0P1TeIK3Uw/A0SZrJTkUB9EeOBdwPhgbkSlpWl+hTTpD0/8efmMqKxmrLkLN+qfH5UsPp4q/EltKNJTp8YM5W+hNa8WNHf9IBBAA',
  },
  {
    type: 'lzma',
    form: 'other properties',
    base64:
      'HAAAAQD//////////wAYCEK24ICf5wAC35AWmDpQHGGUV8nZlXynGHVNzqy/4jz37He+qY3OMZa+CELJhSLExpYtpWmSuao2y5zzoQXg0RnzBhQMF0jSU7hg+2SU9UDUeBj8ZrhgeRDOfWIa51bbOm653yDCjcqrEu2mjlXVU/dZjRU37DHUIr1GocNvCfihX+M5VUybGdeLtZ+HebsebmA05j3JMCDg22Z5tPYd7hd0tRljAyzDwd3U8ABnFmgAGl4pXB1gKmGTWQYDfP+jYVTUAiePFwSEsyoZyt3Thn5OEeCHV8m0ioztPKRHT8x5ySbpT9SB4E919v1jFyUgVbmJLvU0WoS6LqTtZ3I/76jHMC/M/+kURdw=',
  },
  {
    type: 'lz4',
    form: 'blocks that refer to earlier ones',
    base64:
      'BCJNGERAXh8CAAD//wYwIDEgNCA5IDE2IDI1IDM2IDQ5IDY0IDgxIDMgMjQgNDcgNzIgMiAzMSA2MiA5NSAzMyA3MCAxMiA1MyA5NiA0NCA5MSA0MyA5NCA1MCA4IDY1IDI3IDg4IDU0IDIyIDg5IDYxIDM1IDExIDg2IDY2IDQ4IDMyIDE4IDYgOTMgODUgNzkgNzUgNzMgNzMgNzUgNzkgODUgOTMgNiAxOCAzMiA0OCA2NiA4NiAxMSAzNSA2MSA4OSAyMiA1NCA4OCAyNyA2NSA4IDUwIDk0IDQzIDkxIDQ0IDk2IDUzIDEyIDcwIDMzIDk1IDYyIDMxIDIgNzIgNDcgMjQgMyA4MSA2NCA0OSAzNiAyNSAxNiA5IDQgMSAUAf///////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////9NQMTggNiAKAQAAD4T//////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////+hQIDQ3IDK1AQAA8RY0IDMgODEgNjQgNDkgMzYgMjUgMTYgOSA0IDEgMCAxIDQgOSAxFwDxszM2IDQ5IDY0IDgxIDMgMjQgNDcgNzIgMiAzMSA2MiA5NSAzMyA3MCAxMiA1MyA5NiA0NCA5MSA0MyA5NCA1MCA4IDY1IDI3IDg4IDU0IDIyIDg5IDYxIDM1IDExIDg2IDY2IDQ4IDMyIDE4IDYgOTMgODUgNzkgNzUgNzMgNzMgNzUgNzkgODUgOTMgNiAxOCAzMiA0OCA2NiA4NiAxMSAzNSA2MSA4OSAyMiA1NCA4OCAyNyA2NSA4IDUwIDk0IDQzjwDxBjQgOTYgNTMgMTIgNzAgMzMgOTUgNsUAnzIgNzIgNDcgMhQB/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////1BQNSA5MyAAAAAAp1NJGg==',
  },
  {
    type: 'lz4',
    form: 'blocks for themselves with check sums',
    base64:
      'BCJNGHRAvRICAADxwTAgMSA0IDkgMTYgMjUgMzYgNDkgNjQgODEgMyAyNCA0NyA3MiAyIDMxIDYyIDk1IDMzIDcwIDEyIDUzIDk2IDQ0IDkxIDQzIDk0IDUwIDggNjUgMjcgODggNTQgMjIgODkgNjEgMzUgMTEgODYgNjYgNDggMzIgMTggNiA5MyA4NSA3OSA3NSA3MyA3MyA3NSA3OSA4NSA5MyA2IDE4IDMyIDQ4IDY2IDg2IDExIDM1IDYxIDg5IDIyIDU0IDg4IDI3IDY1IDggNTAgOTQgNDOPABA0mwAgNTOnACA3MLMAIDk1vwBAMzEgMs8AIDQ32wAQM+UAIDY08QARM/0AnzE2IDkgNCAxIBQB////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////01AxOCA2IEvCJ1kPAgAA4TkzIDg1IDc5IDc1IDczAwABDwDxrzg1IDkzIDYgMTggMzIgNDggNjYgODYgMTEgMzUgNjEgODkgMjIgNTQgODggMjcgNjUgOCA1MCA5NCA0MyA5MSA0NCA5NiA1MyAxMiA3MCAzMyA5NSA2MiAzMSAyIDcyIDQ3IDI0IDMgODEgNjQgNDkgMzYgMjUgMTYgOSA0IDEgMCAxIDQgOSAxNiAyNSAzNiA0OSA2NCA4MSAzIDI0IDQ3IDcyIDIgMzEgNjIgOTUgMzMgNzAgMTIgNTMgOTZ/ABExiwAQNJcAEDihACAyN60AIDU0uQAgODnFACAzNdEAIDg23QARNOkAQDE4IDb5AA8UAf///////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////9BQIDQ3IDLjFk5NrAEAAPAUNCAzIDgxIDY0IDQ5IDM2IDI1IDE2IDkgNCAxIDAgMSA0IDkRACAyNR0AIDQ5KQDwmTgxIDMgMjQgNDcgNzIgMiAzMSA2MiA5NSAzMyA3MCAxMiA1MyA5NiA0NCA5MSA0MyA5NCA1MCA4IDY1IDI3IDg4IDU0IDIyIDg5IDYxIDM1IDExIDg2IDY2IDQ4IDMyIDE4IDYgOTMgODUgNzkgNzUgNzMgNzMgNzUgNzkgODUgOTMgNiAxOCAzMiA0OCA2NiA4NiAxMSAzNSA2MSA4OSAyMiA1NCA4OG0AQDY1IDh9ACE5NIkAETGVABA2oQAgMTKtACAzM7kAETbFABAyzwAgNDfbAA8UAf////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////9OUDUgOTMghE8VkQAAAACnU0ka',
  },
];

/** Good files that ask for what is not given. */
export const refusedSamples: readonly (CompressedSample & { readonly reason: RegExp })[] = [
  {
    type: 'xz',
    form: 'SHA-256',
    reason: /filter or check sum/,
    base64:
      '/Td6WFoAAArh+wyhAgAhARYAAAB0L+Wj4prhAQpdABgIAoZJLmgOJs4r8ZJi+RC6YjC2WE3qX6xIMzugbIApcM2ZQHq9jGcCqWvPsWITOz0iXhmo8llBkTAkF6T8hnIH3TeFoQ0SgcmqZp5s8bgLkmXcGcaQ/ocIH/0SZ9Ib6W9PqnYZVUzD47PHndW5X/Rv9b1ZEKLlEGnKF3/w8wlDblJjG9LmfdHZoxK3lCvYHhl1zLp7WTg/bYBrF1RwvsiUZD/7zhgoxwrxhYsnK/V38PZbJGJOT9CzgJvTlEN24LhXAVQw7/hHL5Zw1glKeU9lAqPl9XDihNBGuJbiR/eFKX0MFsKnxREj+hcb2aJkTm5tbdbGZ0TZmb0qYvX6W4/LhKySuyTmPpYAAAAAlwD1/sUz64vy5So3arAPRYEkbVebXrr2HG3fBgc7q1EAAb4C4rUKAHqoWdy26d8cAgAAAAAKWVo=',
  },
  {
    type: 'xz',
    form: 'a dictionary of 256 MiB',
    reason: /dictionary of more than 64 MiB/,
    base64:
      '/Td6WFoAAATm1rRGAgAhASAAAAAJiKV24prhARJdABgIAoZJLmgOJs4r8ZJJri8X43iynxsDzWz4Ry9IVIv4tQl+/aYqVjxMavpnVIrQYHknKpkcSDjqcmbfDNWaa+WCd6oz1RR+MkS1CUFbwTleOrmIxbPO081pdDbQ5EJUYZH7BH3EaPegsD0IcvDMj0Qa4QOjUvg18Xo28Qbil/MBtWXxzNMzmdGFk/vTRD1KkrKOHrF01NLrV4UKSznnoMaQykeNssjx0k6LefGipzhase+1sQZMSoq1EWsoUjrZEJgw4DxSsiByZAZ4tgLQ/VN4grdTD8DRJmslORQH0R44F3A+GBuRKWlaX6FNOkPT/x5+YyorGasuQs36p8flSw+nir8SW0o0lOnxgzlb6EyxAAAAAAAPQ1Lpvpr/kAABrgLitQoA4aqP37HEZ/sCAAAAAARZWg==',
  },
];

/** Pickles of protocol 2: one that calls os.system, and one that holds numbers; the second of each pair is compressed. */
export const pickles = {
  bad: 'gAJjcG9zaXgKc3lzdGVtCnEAWAIAAABpZHEBhXECUnEDLg==',
  good: 'gAJ9cQAoWAcAAAB3ZWlnaHRzcQFdcQIoRz/wAAAAAAAAR0AAAAAAAAAAZVgEAAAAbmFtZXEDWAQAAABnb29kcQR1Lg==',
  badBzip2:
    'QlpoOTFBWSZTWfxLxlYAABBTwHgQAAEQQA4i7GBCACAAIp6gAGh6mhRoyBo0yNHBAKDw0aTmELzw8TqnyxrgKvxdyRThQkPxLxlY',
  goodBzip2:
    'QlpoOTFBWSZTWc015gkAAB9fwPyAAEEAAMCAAEIm466CQABAACAAVGMAAAANBoJA0ZADNTajxQXjBCL0yMG6JMIeS/aiUJcrOlbrM2lY0XGD2ZHADS6dDwu5IpwoSGaa8wSA',
  badXz:
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAhgAJjcG9zaXgKc3lzdGVtCnEAWAIAAABpZHEBhXECUnEDLgAAAL3yvNAxWaEFAAE6IrYqT9AftvN9AQAAAAAEWVo=',
} as const;

export const badPickle = Buffer.from(pickles.bad, 'base64');
export const goodPickle = Buffer.from(pickles.good, 'base64');

/** Files of each compression that hold what is given. Of bzip2 nothing but the pickles is at hand. */
export const compressors: Readonly<Record<CompressionType, (content: Uint8Array) => Buffer>> = {
  gzip: (content) => gzipSync(content),
  zlib: (content) => deflateSync(content),
  zstd: (content) => zstdCompressSync(content),
  bzip2: (content) => Buffer.from(badPickle.equals(content) ? pickles.badBzip2 : pickles.goodBzip2, 'base64'),
  xz: storedXz,
  lzma: (content) => literalLzma(content),
  lz4: storedLz4,
};

/** One frame of blocks that are not compressed. */
export function storedLz4(content: Uint8Array): Buffer {
  const parts: Buffer[] = [Buffer.from('04224d18604073', 'hex')];
  for (let at = 0; at < content.length; at += 64 * 1024) {
    const block = content.subarray(at, at + 64 * 1024);
    parts.push(u32(block.length + 0x80000000), Buffer.from(block));
  }
  return Buffer.concat([...parts, u32(0)]);
}

/** One stream with one block of chunks that are not compressed, and no check sum of the content. */
export function storedXz(content: Uint8Array): Buffer {
  const flags = Buffer.from([0, 0]);
  const header = Buffer.concat([Buffer.from('fd377a585a00', 'hex'), flags, u32(crc32(flags))]);
  const blockHeader = Buffer.from([0x02, 0x00, 0x21, 0x01, 0x16, 0, 0, 0]);
  const chunks: Buffer[] = [];
  for (let at = 0; at < content.length; at += 0x10000) {
    const chunk = content.subarray(at, at + 0x10000);
    // The first one starts with an empty dictionary.
    const head = Buffer.from([at === 0 ? 1 : 2, 0, 0]);
    head.writeUInt16BE(chunk.length - 1, 1);
    chunks.push(head, Buffer.from(chunk));
  }
  const block = Buffer.concat([blockHeader, u32(crc32(blockHeader)), ...chunks, Buffer.alloc(1)]);
  const index = padded(Buffer.concat([Buffer.from([0, 1]), varint(block.length), varint(content.length)]));
  const footer = Buffer.concat([u32((index.length + 4) / 4 - 1), flags]);
  const end = Buffer.concat([u32(crc32(footer)), footer, Buffer.from('YZ')]);
  return Buffer.concat([header, padded(block), index, u32(crc32(index)), end]);
}

/** Nothing but literals, by the encoder of the LZMA specification; a mark at its end, unless its size is stated. */
export function literalLzma(content: Uint8Array, isSizeStated = false): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt8(0x5d);
  header.writeUInt32LE(1 << 16, 1);
  header.writeBigUInt64LE(isSizeStated ? BigInt(content.length) : 0xffff_ffff_ffff_ffffn, 5);
  const coder = new RangeCoder();
  for (const [at, byte] of content.entries()) {
    coder.bit(`match ${at & 3}`, 0);
    coder.tree(`literal ${(content[at - 1] ?? 0) >> 5}`, byte, 8);
  }
  if (!isSizeStated) {
    const position = content.length & 3;
    coder.bit(`match ${position}`, 1);
    coder.bit('repeated', 0);
    coder.bit('length', 0);
    coder.tree(`short ${position}`, 0, 3);
    coder.tree('slot', 63, 6);
    coder.even(26);
    coder.tree('low', 15, 4);
  }
  return Buffer.concat([header, coder.end()]);
}

class RangeCoder {
  readonly #probabilities = new Map<string, number>();
  readonly #bytes: number[] = [];
  #low = 0;
  #range = 0xffff_ffff;
  #held = 0;
  #heldCount = 1;

  bit(name: string, bit: number): void {
    const probability = this.#probabilities.get(name) ?? 1024;
    const bound = Math.floor(this.#range / 2048) * probability;
    if (bit === 0) this.#range = bound;
    else {
      this.#low += bound;
      this.#range -= bound;
    }
    const moved = bit === 0 ? (2048 - probability) >> 5 : -(probability >> 5);
    this.#probabilities.set(name, probability + moved);
    this.#normalize();
  }

  /** The highest bit first. */
  tree(name: string, value: number, bits: number): void {
    let symbol = 1;
    for (let i = bits - 1; i >= 0; i--) {
      const bit = (value >> i) & 1;
      this.bit(`${name} ${symbol}`, bit);
      symbol = symbol * 2 + bit;
    }
  }

  /** Ones. */
  even(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#range = Math.floor(this.#range / 2);
      this.#low += this.#range;
      this.#normalize();
    }
  }

  end(): Buffer {
    for (let i = 0; i < 5; i++) this.#shift();
    return Buffer.from(this.#bytes);
  }

  #normalize(): void {
    if (this.#range >= 2 ** 24) return;
    this.#range *= 256;
    this.#shift();
  }

  /** The highest byte leaves when it is known whether it is one more. */
  #shift(): void {
    if (this.#low < 0xff00_0000 || this.#low >= 2 ** 32) {
      const carry = this.#low >= 2 ** 32 ? 1 : 0;
      for (; this.#heldCount > 0; this.#heldCount--) {
        this.#bytes.push((this.#held + carry) & 0xff);
        this.#held = 0xff;
      }
      this.#held = Math.floor(this.#low / 2 ** 24) & 0xff;
    }
    this.#heldCount++;
    this.#low = (this.#low % 2 ** 24) * 256;
  }
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest >= 128 ? (rest % 128) + 128 : rest);
    if (rest < 128) return Buffer.from(bytes);
  }
}
