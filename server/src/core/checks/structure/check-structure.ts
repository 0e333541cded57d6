// The structure check: whether a package has what a package of its kind should have, and what its documents say.
// It goes by the names in the archive's directory and does not wait for the archive check, which judges whether
// those can be trusted.
import { localHeaderBytes, parseLocalHeader } from '../archive/local-header.ts';
import { flagBits } from '../archive/member.ts';
import { readContent } from '../archive/member-content.ts';
import { ByteWindow } from '../byte-window.ts';
import type { About, ByteSource, Coverage, PackageDescription } from '../check.ts';
import { FindingList, type FindingsPart } from '../findings.ts';
import type { ArchiveLimits } from '../limits.ts';
import { ArchiveError, type ArchiveReader } from '../ports.ts';
import type { RuleId } from '../rules.ts';
import { jsonObject, readCard, readPackageJson, readPyproject, type Told } from './documents.ts';
import { type Layout, layOut } from './layout.ts';

export interface StructureChecked {
  readonly findings: FindingsPart;
  readonly coverage: Coverage;
  /** Why it did not come to its end; null when it did. */
  readonly incomplete: string | null;
  readonly description: PackageDescription;
}

const longestReadme = 64 * 1024;
const longestManifest = 1024 * 1024;
const longestSummary = 1_000;
const longestLicense = 200;

const noDescription: PackageDescription = { readme: '', summary: '', license: '' };

export async function checkStructure(
  ports: { archiveReader: ArchiveReader },
  source: ByteSource,
  about: About,
  limits: Pick<ArchiveLimits, 'maximumEntries'>,
): Promise<StructureChecked> {
  const findings = new FindingList();
  const listing = await listFiles(ports, source, limits.maximumEntries);
  if (typeof listing === 'string') {
    const coverage = { bytesLookedAt: 0, bytesInAll: source.sizeBytes };
    return { findings: findings.part(), coverage, incomplete: listing, description: noDescription };
  }
  const layout = layOut(listing.files);
  judge(layout, about, findings);
  const window = new ByteWindow(source, longestReadme);
  const description = layout.has.content ? await describe(window, layout, findings) : noDescription;
  const { directoryBytes } = listing;
  const coverage = { bytesLookedAt: directoryBytes, bytesInAll: directoryBytes };
  return { findings: findings.part(), coverage, incomplete: null, description };
}

interface ListedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly storedBytes: number;
  readonly headerOffset: number;
  /** Null when it cannot be read here: encrypted, or compressed by another method. */
  readonly method: 'stored' | 'deflate' | null;
}

/** The files of the archive, folders left out; or why they cannot be listed. */
async function listFiles(
  ports: { archiveReader: ArchiveReader },
  source: ByteSource,
  maximumEntries: number,
): Promise<{ files: ListedFile[]; directoryBytes: number } | string> {
  const files: ListedFile[] = [];
  let directoryBytes = 0;
  try {
    const directory = await ports.archiveReader.open(source);
    if (directory.entryCount > maximumEntries)
      return `The archive has ${directory.entryCount} entries; ${maximumEntries} are looked at.`;
    for await (const entry of directory.entries) {
      directoryBytes += entry.recordBytes;
      const path = Buffer.from(entry.nameBytes).toString('utf8');
      if (path.endsWith('/')) continue;
      const { sizeBytes, storedBytes, headerOffset, flags } = entry;
      const isOpen =
        (flags & (flagBits.encrypted | flagBits.stronglyEncrypted | flagBits.maskedHeaders)) === 0;
      const method = isOpen ? (({ 0: 'stored', 8: 'deflate' } as const)[entry.method] ?? null) : null;
      files.push({ path, sizeBytes, storedBytes, headerOffset, method });
    }
  } catch (error) {
    if (error instanceof ArchiveError) return `The archive cannot be read: ${error.message}.`;
    throw error;
  }
  return { files, directoryBytes };
}

function judge(layout: Layout<ListedFile>, about: About, findings: FindingList): void {
  const { has, manifests, readme } = layout;
  const need = (there: unknown, rule: RuleId, explanation: string) => {
    if (!there) findings.add(rule, explanation);
  };
  need(has.content, 'structure.empty', 'The package has no file with content.');
  if (!has.content) return;
  if (about.kind === 'code') {
    const { packageJson, pyproject } = manifests;
    const where = layout.top === '' ? 'at the top of the package' : `in ${layout.top}`;
    need(
      packageJson ?? pyproject,
      'structure.manifest-missing',
      `There is no package.json or pyproject.toml ${where}.`,
    );
    need(readme, 'structure.readme-missing', `There is no README ${where}.`);
    need(has.sources, 'structure.sources-missing', 'There is no source file of a known language.');
    return;
  }
  need(readme, 'structure.card-missing', `There is no card (README.md) that describes the ${about.kind}.`);
  if (about.kind === 'dataset') need(has.data, 'structure.data-missing', 'There is no data file.');
  else {
    need(manifests.config, 'structure.config-missing', 'There is no config.json.');
    need(has.weights, 'structure.weights-missing', 'There is no file of a known weights format.');
  }
}

/** The first that says something wins: manifest before card, package.json before pyproject.toml. */
async function describe(
  window: ByteWindow,
  layout: Layout<ListedFile>,
  findings: FindingList,
): Promise<PackageDescription> {
  const { packageJson, pyproject, config } = layout.manifests;
  const told: Told[] = [];
  const read = async (file: ListedFile | undefined, understand: (text: string) => Told | null) => {
    if (file === undefined) return;
    const text = file.sizeBytes > longestManifest ? null : await readText(window, file, longestManifest);
    const understood = text === null ? null : understand(text);
    if (understood !== null) told.push(understood);
    else
      findings.add('structure.manifest-unreadable', 'It cannot be understood, or is too large to try.', {
        path: file.path,
      });
  };
  await read(packageJson, readPackageJson);
  await read(pyproject, readPyproject);
  await read(config, (text) => (jsonObject(text) === null ? null : { summary: '', license: '' }));
  const readme =
    layout.readme === undefined ? '' : ((await readText(window, layout.readme, longestReadme)) ?? '');
  told.push(readCard(readme));
  return {
    readme,
    summary: cut(told.find(({ summary }) => summary !== '')?.summary ?? '', longestSummary),
    license: cut(told.find(({ license }) => license !== '')?.license ?? '', longestLicense),
  };
}

/** At most `maximumBytes` of the file as text, no character cut in two; null when it cannot be read as text. */
async function readText(window: ByteWindow, file: ListedFile, maximumBytes: number): Promise<string | null> {
  const { headerOffset, method, sizeBytes, storedBytes } = file;
  const isInside = headerOffset + localHeaderBytes + storedBytes <= window.sizeBytes;
  if (method === null || !isInside) return null;
  const header = parseLocalHeader(await window.read(headerOffset, localHeaderBytes));
  if (header === null) return null;
  const start = headerOffset + localHeaderBytes + header.nameBytes + header.extraBytes;
  if (start + storedBytes > window.sizeBytes) return null;
  const pieces: Buffer[] = [];
  const read = await readContent(window, start, { method, sizeBytes, storedBytes }, maximumBytes, (bytes) => {
    pieces.push(Buffer.from(bytes.subarray(0, maximumBytes)));
  });
  if (read.fault !== null) return null;
  const bytes = Buffer.concat(pieces).subarray(0, maximumBytes);
  if (bytes.includes(0)) return null;
  const text = new TextDecoder('utf-8').decode(bytes, { stream: true });
  return text.replace(/\r\n/g, '\n');
}

function cut(text: string, length: number): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length > length ? `${flat.slice(0, length - 1).toWellFormed()}…` : flat;
}
