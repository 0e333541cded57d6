import { NameRegister, pathFault } from '../archive/member-names.ts';
import { FindingList } from '../findings.ts';
import { type Container, tellFindings } from './container.ts';
import { passThrough } from './open-compressed.ts';
import { subRange } from './sub-range.ts';
import { type TarEntry, TarError, walkTar } from './tar.ts';

/** A tar archive inside the package: its names and types are judged as those of a ZIP archive are. */
export async function openTar(container: Container): Promise<void> {
  const { source, level } = container;
  const { budget, limits } = level.search;
  const found = new FindingList();
  const names = new NameRegister();
  try {
    for await (const entry of walkTar(source)) {
      const refusal = budget.takeEntries(1) ?? budget.takeBytes(entry.sizeBytes);
      if (refusal !== null) {
        found.add('archive.too-large', refusal);
        container.missed(refusal);
        break;
      }
      const name = judge(entry, names, found, limits.maximumNameBytes);
      if (entry.kind === 'file')
        await passThrough(subRange(source, entry.start, entry.sizeBytes), name, level);
    }
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    found.add('archive.damaged', `${error.message}.`, { offset: error.offset });
  }
  tellFindings(found, container);
}

/** What is wrong with the member by itself; its name, without the `./` that programs put before it. */
function judge(entry: TarEntry, names: NameRegister, found: FindingList, maximumNameBytes: number): string {
  const { kind, headerOffset: offset, isUtf8 } = entry;
  const name = entry.name.replace(/^(\.\/+)+/, '');
  const where = { path: name, offset };
  if (!isUtf8) found.add('archive.name-encoding', 'The name is not UTF-8.', where);
  if (kind !== 'file' && kind !== 'folder') found.add('archive.special-file', `It is a ${kind}.`, where);
  const nameBytes = Buffer.byteLength(name);
  if (nameBytes > maximumNameBytes) {
    found.add(
      'archive.name-too-long',
      `The name has ${nameBytes} bytes; ${maximumNameBytes} are allowed.`,
      where,
    );
    return name;
  }
  // The folder that everything lies in.
  if (kind === 'folder' && ['', '.', './'].includes(name)) return name;
  const fault = pathFault(name);
  if (fault !== null) found.add('archive.unsafe-path', fault, where);
  names.add(kind === 'folder' && !name.endsWith('/') ? `${name}/` : name, found);
  return name;
}
