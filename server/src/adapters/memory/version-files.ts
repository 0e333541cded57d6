import type { PackageFile } from '../../core/checks/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { VersionFileStore } from '../../core/pipeline/index.ts';
import type { KeptFile } from '../../core/transfer/index.ts';
import type { KeptRecords } from './kept-records.ts';
import { memoryPage } from './paging.ts';

export class MemoryVersionFileStore implements VersionFileStore {
  readonly #files = new Map<string, Map<string, PackageFile>>();
  readonly kept: KeptRecords<KeptFile> = {
    all: () =>
      [...this.#files].flatMap(([versionId, files]) =>
        [...files.values()].map((file) => ({ ...file, versionId })),
      ),
    put: ({ versionId, ...file }) => this.#of(versionId).set(file.path, file),
    remove: ({ versionId, path }) => this.#of(versionId).delete(path),
  };

  #of(versionId: string): Map<string, PackageFile> {
    const files = this.#files.get(versionId) ?? new Map<string, PackageFile>();
    this.#files.set(versionId, files);
    return files;
  }

  async put(versionId: string, files: readonly PackageFile[]): Promise<void> {
    for (const file of files) this.#of(versionId).set(file.path, file);
  }

  async list(versionId: string, folder: string | undefined, page: PageRequest): Promise<Page<PackageFile>> {
    const matching = [...this.#of(versionId).values()].filter(
      (file) => folder === undefined || file.path.startsWith(`${folder}/`),
    );
    return memoryPage(matching, (file) => [file.path], page);
  }

  async find(versionId: string, path: string): Promise<PackageFile | null> {
    return this.#of(versionId).get(path) ?? null;
  }

  async remove(versionId: string): Promise<void> {
    this.#files.delete(versionId);
  }
}
