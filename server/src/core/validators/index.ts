export {
  registerValidator,
  removeValidator,
  type ValidatorChangePorts,
  type ValidatorLimits,
} from './change-validator.ts';
export type { ArchiveAddresses, ValidatorStore } from './ports.ts';
export {
  listValidatorVersions,
  type RegisteredValidator,
  readValidator,
  readValidatorVersion,
} from './read-validator.ts';
export type * from './runner.ts';
export {
  type ListedValidatorVersion,
  scriptOf,
  type ValidatorAppended,
  type ValidatorScript,
  type ValidatorVersion,
} from './validator.ts';
