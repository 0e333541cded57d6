// Looking inside: a file that holds others passes the inspections as a whole, then is opened, and those pass them as well.
//
//   package ── a.whl ──────────┬─ a.whl!/setup.py
//             (stored: a part  ├─ a.whl!/model.pt ── a.whl!/model.pt!/data.pkl
//              of its parent)  └─ a.whl!/data.tar.gz ── …!/data.tar ── …!/data.tar!/x.npy
//                                 (compressed: expanded into a scratch file)
import type { ByteSource } from '../check.ts';
import { FindingList, type FindingsPart, printPath } from '../findings.ts';
import type { ContentInspection, FileInspection } from '../inspection/file-inspection.ts';
import { isUnsure } from '../inspection/identify.ts';
import type { ArchiveLimits } from '../limits.ts';
import type { Recollection } from '../memory/recollection.ts';
import type { FoundInFile } from '../memory/remembered-file.ts';
import type { ArchiveReader, Expander, ScratchFile, ScratchSpace } from '../ports.ts';
import { ScratchFullError } from '../ports.ts';
import type { Budget } from './budget.ts';
import { ContainerWatch } from './container-watch.ts';
import { openContainer } from './open-container.ts';

/** What it takes to look at files and into them. */
export interface Search {
  readonly ports: {
    readonly archiveReader: ArchiveReader;
    readonly expander: Expander;
    readonly scratch: ScratchSpace;
  };
  readonly inspection: ContentInspection;
  readonly limits: ArchiveLimits;
  readonly budget: Budget;
  /** Told of bytes as they are worked on inside files, so that who waits knows that it goes on. */
  readonly worked: (bytes: number) => void;
  /** Of files of the package. Absent: each is looked at. */
  readonly memory?: Recollection;
}

/** How deep in a package we are, and where. */
export class Level {
  readonly search: Search;
  /** What the archive check finds on this level and below, paths and all. */
  readonly findings: FindingList;
  /** 0: the files of the package. */
  readonly depth: number;
  readonly #prefix: string;

  constructor(search: Search, findings: FindingList, depth = 0, prefix = '') {
    this.search = search;
    this.findings = findings;
    this.depth = depth;
    this.#prefix = prefix;
  }

  /** Of what lies in the file at `path`, as `pathOf` gives it. */
  inside(path: string): Level {
    return new Level(this.search, this.findings, this.depth + 1, `${path}!/`);
  }

  /** For one file by itself, as if it lay in no folder, whose findings are told later, by `join`. */
  apart(): Level {
    const { inspection, budget } = this.search;
    const search = { ...this.search, inspection: inspection.apart(), budget: budget.apart() };
    return new Level(search, new FindingList(), this.depth);
  }

  /** Tells what was found in a file by itself that lies in `folder`, which ends with a slash where there is one. */
  join({ ledgers, findings }: Pick<FoundInFile, 'ledgers' | 'findings'>, folder: string): void {
    this.findings.absorb(inFolder(findings, folder));
    this.search.inspection.absorb(
      ledgers.map((part) => ({
        ...part,
        findings: inFolder(part.findings, folder),
        gaps: part.gaps.map((gap) => ({ ...gap, path: folder + gap.path })),
      })),
    );
  }

  pathOf(name: string): string {
    return this.#prefix + name;
  }

  /** `source`: where the file can be read again; null when it is compressed, and so only passes. */
  file(name: string, sizeBytes: number, source: ByteSource | null): PassingFile {
    return new PassingFile(this, this.pathOf(name), sizeBytes, source);
  }
}

function inFolder({ kept, counts }: FindingsPart, folder: string): FindingsPart {
  const there = kept.map((finding) =>
    finding.path === undefined ? finding : { ...finding, path: printPath(folder + finding.path) },
  );
  return { kept: there, counts };
}

/** A file that passes, byte by byte, to be opened when it is over. */
export class PassingFile {
  readonly #level: Level;
  readonly #path: string;
  readonly #sizeBytes: number;
  readonly #source: ByteSource | null;
  readonly #inspected: FileInspection;
  readonly #watch: ContainerWatch;
  /** A copy of a file that cannot be read again. */
  #copy: ScratchFile | null = null;
  #whyNoCopy: string | null = null;
  #storeFailed: unknown = null;

  constructor(level: Level, path: string, sizeBytes: number, source: ByteSource | null) {
    this.#level = level;
    this.#path = path;
    this.#sizeBytes = sizeBytes;
    this.#source = source;
    this.#inspected = level.search.inspection.file(path, sizeBytes);
    this.#watch = new ContainerWatch(sizeBytes);
  }

  /** As of an inspection: a promise asks for a pause. */
  push(bytes: Uint8Array): Promise<void> | undefined {
    const pause = this.#inspected.push(bytes);
    this.#watchFor(bytes);
    return pause;
  }

  #watchFor(bytes: Uint8Array): void {
    if (this.#level.depth > 0) this.#level.search.worked(bytes.length);
    if (this.#source !== null) {
      this.#watch.push(bytes);
      return;
    }
    const wasKnown = this.#watch.types !== null;
    const before = wasKnown ? null : Buffer.from(this.#watch.head);
    this.#watch.push(bytes);
    if (before !== null && this.#holdsOthers && this.#mayBeOpened) this.#keep(before);
    if (this.#copy !== null) this.#keep(bytes);
  }

  /** No more bytes come. True when somebody else has read the source since. `asStated`: nothing was wrong with it. Rejects when the scratch space failed. */
  async end(asStated: boolean): Promise<boolean> {
    try {
      await this.#inspected.end();
      if (this.#storeFailed !== null) throw this.#storeFailed;
      return await this.#open(asStated);
    } finally {
      this.#copy?.release();
    }
  }

  async #open(asStated: boolean): Promise<boolean> {
    const types = this.#watch.types ?? [];
    const { endRecords } = this.#watch;
    if (types.length === 0) {
      if (endRecords.length > 0) this.#tellAppended();
      return false;
    }
    if (!asStated) {
      this.#inspected.missed('It was not opened, because its bytes are not what its archive states.');
      return false;
    }
    const source = this.#source ?? this.#copy?.source() ?? null;
    const [level, path, inspected, sizeBytes] = [this.#level, this.#path, this.#inspected, this.#sizeBytes];
    const missed = (reason: string) => inspected.missed(reason);
    const appended = () => this.#tellAppended();
    // An archive's own end record, or that of its last member, which is looked at when it is opened.
    const foreign = types.includes('zip') || types.includes('tar') ? [] : endRecords;
    for (const type of types) {
      if (!this.#mayBeOpened) {
        const { maximumNesting } = level.search.limits;
        const reason = `It lies in ${level.depth} archives already; ${maximumNesting} are opened.`;
        if (!isUnsure(type)) level.findings.add('archive.nested-too-deep', reason, { path });
        missed(reason);
      } else if (source === null) {
        missed(`It was not opened: ${this.#whyNoCopy ?? 'there is no copy of it'}.`);
      } else {
        const inside = level.inside(path);
        await openContainer(type, {
          source,
          path,
          sizeBytes,
          level: inside,
          endRecords: foreign,
          missed,
          appended,
        });
      }
    }
    return true;
  }

  /** What a program would find that looks from the end. */
  #tellAppended(): void {
    const explanation = 'It ends with the end record of a ZIP archive, though it begins as something else.';
    this.#level.findings.add('archive.appended', explanation, { path: this.#path });
    this.#inspected.missed('The ZIP archive at its end was not opened.');
  }

  get #holdsOthers(): boolean {
    return (this.#watch.types ?? []).length > 0;
  }

  get #mayBeOpened(): boolean {
    return this.#level.depth < this.#level.search.limits.maximumNesting;
  }

  #keep(bytes: Uint8Array): void {
    try {
      this.#copy ??= this.#level.search.ports.scratch.create();
      this.#copy.append(bytes);
    } catch (error) {
      if (error instanceof ScratchFullError) this.#whyNoCopy = error.message;
      // Told at the end: whoever pushes is in the middle of expanding.
      else this.#storeFailed = error;
      this.#copy?.release();
      this.#copy = null;
    }
  }
}
