import type { Route } from '../../define-route.ts';
import { abortUploadRoute } from './abort-upload.ts';
import { addressPartsRoute } from './address-parts.ts';
import { beginUploadRoute } from './begin-upload.ts';
import { completeUploadRoute } from './complete-upload.ts';
import { listUploadsRoute } from './list-uploads.ts';
import { readUploadRoute } from './read-upload.ts';
import { uploadPackageRoute } from './upload-package.ts';

export const uploadRoutes: readonly Route[] = [
  beginUploadRoute,
  listUploadsRoute,
  readUploadRoute,
  addressPartsRoute,
  completeUploadRoute,
  abortUploadRoute,
  uploadPackageRoute,
];
