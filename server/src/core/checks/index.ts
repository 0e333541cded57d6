export * from './check.ts';
export type * from './ports.ts';
