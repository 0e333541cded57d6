import type { Caller } from '../caller.ts';
import type { PackageFile } from '../checks/index.ts';
import { notFound } from '../errors.ts';
import type { VersionFileStore } from '../pipeline/index.ts';
import { type GatePorts, type Passed, passGate } from './download-version.ts';

/** One file inside a version, once the gate has let the caller pass; its bytes are then read by `memberStream`. */
export async function readFile(
  ports: GatePorts & { files: Pick<VersionFileStore, 'find'> },
  caller: Caller,
  asked: { packageId: string; label?: string | undefined; path: string },
): Promise<Passed & { readonly file: PackageFile }> {
  const passed = await passGate(ports, caller, 'version.read-file', asked);
  const file = await ports.files.find(passed.version.id, asked.path);
  if (file === null) throw notFound(`file in ${passed.package.name} ${passed.version.label}`, asked.path);
  return { ...passed, file };
}
