import type { GroupStore, UserStore } from '../access/index.ts';
import { type Caller, hasPermission } from '../caller.ts';
import { RegistryError } from '../errors.ts';
import { type CompleteUploadPorts, completeUpload } from './complete-upload.ts';
import { takesBytes, type Upload } from './upload.ts';

/**
 * Completes an open upload whose bytes have all arrived, on behalf of its user, whose client has not done so: it may
 * have crashed, or never have got the answer. Everything that completing asks for must hold, as if the user did it
 * now: the permission to upload, the declared size, a name and label that are free.
 *
 * Of uploads by form, one object is all of it. That of an upload in parts is there only when its client has asked for
 * it to be joined. One whose bytes come in the request that completes it is left alone: without an answer the client
 * takes it for failed, and sends it anew.
 *
 * Null when there is nothing to be completed, or it is refused; then whoever asks for the upload is told why.
 */
export async function completeArrived(
  ports: CompleteUploadPorts & {
    readonly users: Pick<UserStore, 'find'>;
    readonly groups: Pick<GroupStore, 'groupsOf'>;
  },
  uploadId: string,
): Promise<Upload | null> {
  const upload = await ports.uploads.find(uploadId);
  if (upload === null || !takesBytes(upload, ports.clock.now())) return null;
  if (upload.receiving.method === 'stream') return null;
  const caller = await userOfUpload(ports, upload);
  if (!hasPermission(caller, 'upload')) return null;
  try {
    return await completeUpload(ports, caller, uploadId);
  } catch (error) {
    if (error instanceof RegistryError && error.kind !== 'unavailable') return null;
    throw error;
  }
}

/** As whom the upload is completed: no token narrows what its beginning was allowed with. */
async function userOfUpload(
  ports: { readonly users: Pick<UserStore, 'find'>; readonly groups: Pick<GroupStore, 'groupsOf'> },
  { id, userId }: Upload,
): Promise<Caller> {
  const requestId = `arrived-${id}`;
  const user = await ports.users.find(userId);
  if (user === null) return { user: null, token: null, address: '', requestId };
  const groups = await ports.groups.groupsOf(userId);
  return {
    user: {
      id: user.id,
      name: user.name,
      permissions: new Set(user.mustChangePassword ? [] : user.permissions),
      groupIds: new Set(groups.map((group) => group.id)),
      reviewer: false,
      mustChangePassword: user.mustChangePassword,
    },
    token: null,
    address: '',
    requestId,
  };
}
