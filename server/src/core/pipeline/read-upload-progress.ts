import type { Caller } from '../caller.ts';
import { incomingKey, type ReceivedPart, type ReceivingStore } from '../content/index.ts';
import type { Version, VersionStore } from '../packages/index.ts';
import { readUpload, type Upload, type UploadStore } from '../uploads/index.ts';
import type { ReportStore } from './ports.ts';
import type { Report } from './report.ts';

/** Where an upload stands: what has arrived while it is open, what became of it afterwards. */
export interface UploadProgress {
  readonly upload: Upload;
  /** Those that have arrived, while the upload is open and takes parts. */
  readonly parts: readonly ReceivedPart[];
  readonly version: Version | null;
  /** What the checks found, once they are through: the uploader may know, whatever the decision. */
  readonly report: Report | null;
}

export async function readUploadProgress(
  ports: {
    uploads: Pick<UploadStore, 'find'>;
    versions: Pick<VersionStore, 'find'>;
    reports: ReportStore;
    receiving: Pick<ReceivingStore, 'listParts'>;
  },
  caller: Caller,
  uploadId: string,
): Promise<UploadProgress> {
  const upload = await readUpload(ports, caller, uploadId);
  const { state, receiving, versionId } = upload;
  const takesParts = state === 'open' && receiving.method === 'parts';
  return {
    upload,
    parts: takesParts ? await ports.receiving.listParts(incomingKey(uploadId), receiving.handle) : [],
    version: versionId === null ? null : await ports.versions.find(versionId),
    report: versionId === null ? null : await ports.reports.find(versionId),
  };
}
