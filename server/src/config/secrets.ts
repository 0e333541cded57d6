import { integer, text, type Values } from './fields.ts';

/** For ASSAY_SECRETS=secrets-manager. */
export const secretFields = {
  prefix: text({
    variable: 'ASSAY_SECRETS_PREFIX',
    meaning:
      'What the names of this registry’s secrets begin with: two registries of one account need different ones.',
    default: 'assay/',
    rule: 'letters, digits and any of /_+=.@-',
    pattern: /^[\w/+=.@-]{1,200}$/,
  }),
  kmsKey: text({
    variable: 'ASSAY_SECRETS_KMS_KEY',
    meaning:
      'The KMS key that secrets are encrypted with which the registry makes itself. Empty: the account’s key for Secrets Manager.',
    default: '',
  }),
  refreshMs: integer({
    variable: 'ASSAY_SECRETS_REFRESH_MS',
    meaning:
      'How often a process reads each secret again, and so the longest that a replaced key is still used. Keys that it meets and does not know are looked for at once.',
    default: 60_000,
    unit: 'ms',
    minimum: 1_000,
    maximum: 3_600_000,
  }),
};

export type SecretsConfig = Values<typeof secretFields>;
