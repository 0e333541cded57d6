export type * from './ports.ts';
export * from './storage-layout.ts';
