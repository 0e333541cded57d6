export * from './job.ts';
export type * from './ports.ts';
