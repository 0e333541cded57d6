import type { Caller } from '../caller.ts';
import type { PackageFile } from '../checks/index.ts';
import { notFound } from '../errors.ts';
import type { VersionFileStore } from '../pipeline/index.ts';
import { type Admitted, admit, type GatePorts, putOnRecord } from './download-version.ts';

/** One file inside a version, once the gate has let the caller pass; its bytes are then read by `memberStream`. */
export async function readFile(
  ports: GatePorts & { files: Pick<VersionFileStore, 'find'> },
  caller: Caller,
  asked: { packageId: string; label?: string | undefined; path: string },
): Promise<Admitted & { readonly file: PackageFile }> {
  const about = { kind: 'file', id: asked.path };
  const admitted = await admit(ports, caller, 'version.read-file', asked, about);
  const { package: pkg, version } = admitted;
  const file = await ports.files.find(version.id, asked.path);
  if (file === null) throw notFound(`file in ${pkg.name} ${version.label}`, asked.path);
  await putOnRecord(ports, caller, 'version.read-file', admitted, about);
  return { ...admitted, file };
}
