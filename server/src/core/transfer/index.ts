export { carryEverything } from './carry-everything.ts';
export { cutOver } from './cut-over.ts';
export { abandonTransfer, carryLeftovers } from './end-transfer.ts';
export { kindRules, recordKinds } from './kinds.ts';
export type * from './ports.ts';
export { requireComplete, WriteGuard, writableForMs } from './read-only.ts';
export { canonicalText } from './same-records.ts';
export { beginTransfer, type Transfer, type TransferPorts, type TransferSide } from './sides.ts';
