export { changePackage } from './change-package.ts';
export { deletePackage, deleteVersionsOfPackage } from './delete-package.ts';
export { afterPublication, afterWithdrawal } from './latest-version.ts';
export { listPackages } from './list-packages.ts';
export { listVersions } from './list-versions.ts';
export * from './package.ts';
export {
  accessChange,
  chosenAccess,
  type GivenAccess,
  isAccessGiven,
  mostGroups,
} from './package-access.ts';
export { nameKey, requirePackageName } from './package-name.ts';
export type * from './ports.ts';
export {
  type Meant,
  maySee,
  readMaintainedPackage,
  readOwnPackage,
  readPackage,
  readVersion,
} from './read-package.ts';
export { searchPackages } from './search-packages.ts';
export { isBegun, rankOf } from './search-rank.ts';
export { askedWords, readmeWords, searchWords } from './search-words.ts';
export * from './version-label.ts';
export * from './version-states.ts';
export { type Audience, audienceOf, groupsThatSee, isVisibleTo } from './visibility.ts';
export {
  contentLetGo,
  deleteVersion,
  requireReason,
  unyankVersion,
  yankVersion,
} from './withdraw-version.ts';
