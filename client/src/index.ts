export { AssayClient, type ClientOptions } from './client.ts';
export { AssayError, type Problem } from './problem.ts';
export type * from './shapes.ts';
export { type UploadOptions, uploadPackage, waitForOutcome } from './upload.ts';
