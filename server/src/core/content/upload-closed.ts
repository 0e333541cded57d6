import { RegistryError } from '../errors.ts';
import type { ReceivingGuard } from './ports.ts';

/** Throws `upload-closed` for an upload that has ended, whatever addresses of it are still out there. */
export async function requireReceiving(guard: ReceivingGuard, uploadId: string): Promise<void> {
  if (!(await guard.isOpen(uploadId))) throw uploadClosed(uploadId);
}

export function uploadClosed(uploadId: string): RegistryError {
  return new RegistryError(
    'upload-closed',
    `The upload ${JSON.stringify(uploadId)} does not take bytes any more.`,
  );
}
