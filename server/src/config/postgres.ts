import { choice, flag, integer, text, type Values } from './fields.ts';

/** For ASSAY_RECORDS=postgres. */
export const postgresFields = {
  host: text({
    variable: 'ASSAY_POSTGRES_HOST',
    meaning: 'The host of the primary, or the folder of its Unix socket.',
    default: 'localhost',
  }),
  port: integer({
    variable: 'ASSAY_POSTGRES_PORT',
    meaning: 'The port of the primary.',
    default: 5432,
    minimum: 1,
    maximum: 65_535,
  }),
  database: text({
    variable: 'ASSAY_POSTGRES_DATABASE',
    meaning: 'The database that holds the records. Its encoding must be UTF8.',
    default: 'assay',
  }),
  user: text({
    variable: 'ASSAY_POSTGRES_USER',
    meaning: 'The role to connect as. It owns the tables if it is to migrate them.',
    default: 'assay',
  }),
  authentication: choice({
    variable: 'ASSAY_POSTGRES_AUTHENTICATION',
    meaning:
      '`password`: by the two values below. `iam`: by a token of AWS for Amazon RDS and Aurora, made for every connection; needs TLS.',
    default: 'password',
    of: ['password', 'iam'],
  }),
  password: text({
    variable: 'ASSAY_POSTGRES_PASSWORD',
    meaning: 'The password of the role. Rather give a file.',
    default: '',
    secret: true,
  }),
  passwordFile: text({
    variable: 'ASSAY_POSTGRES_PASSWORD_FILE',
    meaning:
      'A file with the password in its first line, read for every connection, so that a changed one is picked up. Takes the place of ASSAY_POSTGRES_PASSWORD.',
    default: '',
  }),
  tls: choice({
    variable: 'ASSAY_POSTGRES_TLS',
    meaning:
      '`verify-full`: encrypted, with a certificate of the host that a trusted authority has signed. `require`: encrypted, whoever answers. `disable`: not encrypted, for a server on the same machine.',
    default: 'verify-full',
    of: ['verify-full', 'require', 'disable'],
  }),
  tlsAuthorityFile: text({
    variable: 'ASSAY_POSTGRES_TLS_CA_FILE',
    meaning: 'Certificates of the authorities to trust, as PEM. Empty: those that Node.js knows.',
    default: '',
  }),
  connections: integer({
    variable: 'ASSAY_POSTGRES_CONNECTIONS',
    meaning:
      'At most so many connections to the primary in each process, and as many to the replica. All processes together must stay below `max_connections` of the server.',
    default: 20,
    minimum: 2,
    maximum: 1_000,
  }),
  connectTimeoutMs: integer({
    variable: 'ASSAY_POSTGRES_CONNECT_TIMEOUT_MS',
    meaning: 'How long a request waits for a connection: for a free one, or for a new one to be made.',
    default: 5_000,
    unit: 'ms',
    minimum: 100,
    maximum: 60_000,
  }),
  statementTimeoutMs: integer({
    variable: 'ASSAY_POSTGRES_STATEMENT_TIMEOUT_MS',
    meaning: 'How long one statement may take. Migrations are not limited.',
    default: 10_000,
    unit: 'ms',
    minimum: 100,
    maximum: 600_000,
  }),
  lockTimeoutMs: integer({
    variable: 'ASSAY_POSTGRES_LOCK_TIMEOUT_MS',
    meaning: 'How long one statement waits for what another transaction has locked.',
    default: 5_000,
    unit: 'ms',
    minimum: 100,
    maximum: 600_000,
  }),
  idleInTransactionTimeoutMs: integer({
    variable: 'ASSAY_POSTGRES_IDLE_IN_TRANSACTION_TIMEOUT_MS',
    meaning:
      'After so long the server ends a transaction in which nothing happens, and frees what it has locked.',
    default: 10_000,
    unit: 'ms',
    minimum: 1_000,
    maximum: 600_000,
  }),
  replicaHost: text({
    variable: 'ASSAY_POSTGRES_REPLICA_HOST',
    meaning:
      'The host of a read replica, or of an address that leads to several. Searches, lists of packages, the audit and deliveries are read there and may be a moment old; the primary answers them when it does not. Empty: none.',
    default: '',
  }),
  replicaPort: integer({
    variable: 'ASSAY_POSTGRES_REPLICA_PORT',
    meaning: 'The port of the read replica.',
    default: 5432,
    minimum: 1,
    maximum: 65_535,
  }),
  migrateAtStart: flag({
    variable: 'ASSAY_MIGRATE_AT_START',
    meaning:
      'Whether a process that starts brings the schema of PostgreSQL to its release; any number may start at once. `false`: it refuses to start on another schema, and `assay migrate` is run before.',
    default: true,
  }),
};

export type PostgresConfig = Values<typeof postgresFields>;
