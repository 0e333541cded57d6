import type { Permission } from '../caller.ts';

/** What an operator decides about access; filled from the configuration. */
export interface AccessSettings {
  /** May anybody register? Otherwise only administrators register users. */
  readonly openRegistration: boolean;
  /** What a user may do for whom nothing else is given. */
  readonly defaultPermissions: readonly Permission[];
  /** Members of the group with this name are reviewers. */
  readonly reviewersGroup: string;
  readonly sessionLifetimeS: number;
  /** Requests that one session is good for. */
  readonly sessionUses: number;
  /** How long session tokens of a replaced key stay good. */
  readonly sessionKeyOverlapS: number;
  readonly personalTokenDefaultDays: number;
  readonly personalTokenMaximumDays: number;
  /** Failed logins before an account has to wait. */
  readonly loginFailuresPerAccount: number;
  /** The longest wait of an account after one more failure. */
  readonly loginMaximumWaitS: number;
  /** Failed logins from one network address within the window. */
  readonly loginFailuresPerAddress: number;
  readonly loginAddressWindowS: number;
}
