export * from './job.ts';
export type * from './ports.ts';
export { retryJob } from './retry-job.ts';
