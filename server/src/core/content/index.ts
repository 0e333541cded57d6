export type * from './content-hold.ts';
export type * from './ports.ts';
export * from './storage-layout.ts';
