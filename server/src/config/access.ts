import { type Field, flag, integer, list, text, type Values } from './fields.ts';

type GrantedByDefault = 'upload' | 'search' | 'download';
const grantedByDefault: readonly GrantedByDefault[] = ['upload', 'search', 'download'];

const defaultPermissions: Field<readonly GrantedByDefault[]> = {
  variable: 'ASSAY_DEFAULT_PERMISSIONS',
  meaning:
    'What a user may do for whom no permissions were given, among them everybody who registers openly.',
  default: ['search', 'download'],
  unit: '',
  rule: `some of ${grantedByDefault.join(', ')}, separated by commas`,
  secret: false,
  parse: (given) => {
    const wanted = list({ variable: '', meaning: '', default: [] }).parse(given) ?? [];
    const known = grantedByDefault.filter((permission) => wanted.includes(permission));
    return wanted.every((one) => (grantedByDefault as readonly string[]).includes(one)) ? known : undefined;
  },
};

export const accessFields = {
  openRegistration: flag({
    variable: 'ASSAY_OPEN_REGISTRATION',
    meaning: 'Whether anybody may register. Otherwise only administrators register users.',
    default: false,
  }),
  defaultPermissions,
  reviewersGroup: text({
    variable: 'ASSAY_REVIEWERS_GROUP',
    meaning:
      'The name of the group whose members see quarantined versions and release or reject them, as administrators do.',
    default: 'reviewers',
  }),
  sessionLifetimeS: integer({
    variable: 'ASSAY_SESSION_LIFETIME_S',
    meaning: 'How long a login lasts.',
    default: 36_000,
    unit: 's',
    minimum: 60,
    maximum: 2_592_000,
  }),
  sessionUses: integer({
    variable: 'ASSAY_SESSION_USES',
    meaning: 'Requests that one login is good for.',
    default: 1_000,
    minimum: 1,
    maximum: 1_000_000_000,
  }),
  sessionKeyOverlapS: integer({
    variable: 'ASSAY_SESSION_KEY_OVERLAP_S',
    meaning:
      'How long logins signed with a replaced key stay good. Shorter than the lifetime of a login, a rotation ends some early; 0 ends all of them.',
    default: 36_000,
    unit: 's',
    minimum: 0,
    maximum: 2_592_000,
  }),
  personalTokenDefaultDays: integer({
    variable: 'ASSAY_PERSONAL_TOKEN_DEFAULT_DAYS',
    meaning: 'How long a personal access token lasts that is created without saying so.',
    default: 90,
    unit: 'days',
    minimum: 1,
    maximum: 3_650,
  }),
  personalTokenMaximumDays: integer({
    variable: 'ASSAY_PERSONAL_TOKEN_MAXIMUM_DAYS',
    meaning: 'The longest that a personal access token may last.',
    default: 365,
    unit: 'days',
    minimum: 1,
    maximum: 3_650,
  }),
  loginFailuresPerAccount: integer({
    variable: 'ASSAY_LOGIN_FAILURES_PER_ACCOUNT',
    meaning:
      'Failed logins after which an account has to wait: one second, doubling with every further failure. An address from which the user has logged in is counted apart, so that strangers cannot lock a user out.',
    default: 5,
    minimum: 1,
    maximum: 1_000,
  }),
  loginMaximumWaitS: integer({
    variable: 'ASSAY_LOGIN_MAXIMUM_WAIT_S',
    meaning: 'The longest that an account has to wait after a failed login.',
    default: 900,
    unit: 's',
    minimum: 1,
    maximum: 86_400,
  }),
  loginFailuresPerAddress: integer({
    variable: 'ASSAY_LOGIN_FAILURES_PER_ADDRESS',
    meaning:
      'Failed logins from one network address (of IPv6: one /64) within the window after which it has to wait for the window to end.',
    default: 30,
    minimum: 1,
    maximum: 1_000_000,
  }),
  loginAddressWindowS: integer({
    variable: 'ASSAY_LOGIN_ADDRESS_WINDOW_S',
    meaning: 'The window in which failed logins of an address are counted.',
    default: 600,
    unit: 's',
    minimum: 1,
    maximum: 86_400,
  }),
};

export type AccessConfig = Values<typeof accessFields>;
