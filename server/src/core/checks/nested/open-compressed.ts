import { crc32 } from 'node:zlib';
import { ByteWindow } from '../byte-window.ts';
import type { ByteSource } from '../check.ts';
import { isUnsure } from '../inspection/identify.ts';
import { CompressionError, type CompressionType, type ScratchFile, ScratchFullError } from '../ports.ts';
import type { RuleId } from '../rules.ts';
import type { Container } from './container.ts';
import type { Level } from './level.ts';

/** Bytes that something which only looks compressed may expand to before it turns out not to be. */
const chanceBytes = 4096;
const windowBytes = 1024 * 1024;
/** More end records than this in a file are not there by chance. */
const mostRecords = 4;

/** Too much was expanded. */
class LimitReached extends Error {
  readonly rule: RuleId;

  constructor(rule: RuleId, message: string) {
    super(message);
    this.rule = rule;
  }
}

/** A file that holds one other, compressed. What was expanded before it turned out to be broken is looked at too. */
export async function openCompressed(type: CompressionType, container: Container): Promise<void> {
  const { path, level, missed } = container;
  const scratch = level.search.ports.scratch.create();
  try {
    const digest = new Digest();
    const fault = await expandInto({ scratch, digest }, type, container);
    const content = scratch.source();
    if (fault instanceof LimitReached) level.findings.add(fault.rule, fault.message, { path });
    const byChance = isUnsure(type) && fault instanceof CompressionError && content.sizeBytes < chanceBytes;
    if (fault !== null && !byChance) missed(`It cannot be expanded (${type}): ${fault.message}.`);
    if (await hasAppended(type, container, fault === null ? digest : null)) container.appended();
    if (content.sizeBytes > 0 || fault === null) await passThrough(content, innerName(path), level);
  } finally {
    scratch.release();
  }
}

/** Why it ended early; null when it did not. */
async function expandInto(
  { scratch, digest }: { scratch: ScratchFile; digest: Digest },
  type: CompressionType,
  { source, level }: Container,
): Promise<CompressionError | ScratchFullError | LimitReached | null> {
  const { ports, limits, budget, worked } = level.search;
  let expanded = 0;
  try {
    await ports.expander.expand(type, source, (bytes) => {
      expanded += bytes.length;
      worked(bytes.length);
      const { maximumFileBytes, maximumRatio, ratioFreeBytes } = limits;
      if (expanded > maximumFileBytes)
        throw new LimitReached('archive.file-too-large', `It expands to more than ${maximumFileBytes} bytes`);
      if (expanded > ratioFreeBytes && expanded > source.sizeBytes * maximumRatio)
        throw new LimitReached(
          'archive.expansion-ratio',
          `It expands to more than ${maximumRatio} times its size`,
        );
      const refusal = budget.takeBytes(bytes.length);
      if (refusal !== null) throw new LimitReached('archive.too-large', refusal);
      scratch.append(bytes);
      digest.add(bytes);
    });
    return null;
  } catch (error) {
    const isKnown =
      error instanceof CompressionError || error instanceof ScratchFullError || error instanceof LimitReached;
    if (isKnown) return error;
    throw error;
  }
}

/** Enough to tell two contents apart of which one is an accident of the other. */
class Digest {
  #crc = 0;
  sizeBytes = 0;

  add(bytes: Uint8Array): void {
    this.#crc = crc32(bytes, this.#crc);
    this.sizeBytes += bytes.length;
  }

  equals(other: Digest): boolean {
    return this.#crc === other.#crc && this.sizeBytes === other.sizeBytes;
  }
}

/**
 * Whether the end of a ZIP archive stands in bytes that are no content, such as a frame to be skipped: whether the file
 * expands to the same when that is another. Otherwise it is in the content, in a piece that did not compress.
 */
async function hasAppended(
  type: CompressionType,
  { source, endRecords, level }: Container,
  expanded: Digest | null,
): Promise<boolean> {
  if (endRecords.length > mostRecords) return true;
  for (const position of endRecords) {
    if (expanded === null) return true;
    const other = new Digest();
    try {
      await level.search.ports.expander.expand(type, changedAt(source, position), (bytes) => {
        level.search.worked(bytes.length);
        other.add(bytes);
        if (other.sizeBytes > expanded.sizeBytes) throw new CompressionError('it is longer');
      });
    } catch (error) {
      if (error instanceof CompressionError) continue;
      throw error;
    }
    if (other.equals(expanded)) return true;
  }
  return false;
}

/** The same bytes but for one. */
function changedAt(source: ByteSource, changed: number): ByteSource {
  return {
    sizeBytes: source.sizeBytes,
    async read(position, length) {
      const bytes = await source.read(position, length);
      const at = changed - position;
      if (at < 0 || at >= bytes.length) return bytes;
      const copy = Uint8Array.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 0xff;
      return copy;
    },
  };
}

/** Has a file inspected that can be read as often as needed, and opened if it holds others. */
export async function passThrough(source: ByteSource, name: string, level: Level): Promise<void> {
  const file = level.file(name, source.sizeBytes, source);
  const window = new ByteWindow(source, windowBytes);
  for (let position = 0; position < source.sizeBytes; ) {
    const bytes = await window.readSome(position, source.sizeBytes - position);
    position += bytes.length;
    await file.push(bytes);
  }
  await file.end(true);
}

/** What programs call the content of a compressed file: its own name without the last ending. */
function innerName(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.replace(/\.t(gz|bz2?|xz|lz|zst)$/i, '.tar').replace(/\.(gz|z|bz2|xz|lzma|zst|lz4)$/i, '');
}
