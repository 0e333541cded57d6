export { addressForm, addressParts } from './address-upload.ts';
export { beginUpload, type DeclaredUpload } from './begin-upload.ts';
export { completeArrived } from './complete-arrived.ts';
export { completeUpload } from './complete-upload.ts';
export { abortUpload, cleanUpload } from './end-upload.ts';
export { mostAddressesAtOnce } from './parts.ts';
export type { Arrival, ArrivalNotice, ArrivalNotices, UploadStore } from './ports.ts';
export {
  maySeeUpload,
  readUpload,
  requireOpen,
  revisedUpload,
  takesBytes,
  type Upload,
  type UploadChanged,
  type UploadInserted,
  type UploadLimits,
  type UploadState,
  uploadStates,
} from './upload.ts';
export { uploadPackage } from './upload-package.ts';
