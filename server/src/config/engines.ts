import { choice, type Values } from './fields.ts';

/** One choice per kind of engine. The defaults need nothing but this machine; any mixture that makes sense works. */
export const engineFields = {
  records: choice({
    variable: 'ASSAY_RECORDS',
    meaning:
      'What keeps the records: users, packages, jobs, the audit. `sqlite`: a file in the data folder, for one machine. `postgres` and `dynamodb`: for any number of API and worker processes.',
    default: 'sqlite',
    of: ['sqlite', 'postgres', 'dynamodb'],
  }),
  content: choice({
    variable: 'ASSAY_CONTENT',
    meaning:
      'What keeps the bytes of packages. `filesystem`: the data folder, received and served by this server. `s3`: buckets, which clients reach themselves.',
    default: 'filesystem',
    of: ['filesystem', 's3'],
  }),
  queue: choice({
    variable: 'ASSAY_QUEUE',
    meaning:
      'How workers hear of jobs. `records`: they ask the records. `sqs`: a queue tells them; the records still hold every job.',
    default: 'records',
    of: ['records', 'sqs'],
  }),
  secrets: choice({
    variable: 'ASSAY_SECRETS',
    meaning:
      'Where the keys that sign sessions and addresses lie. `folder`: files in the data folder. `secrets-manager`: AWS Secrets Manager, for processes on several machines.',
    default: 'folder',
    of: ['folder', 'secrets-manager'],
  }),
  encryption: choice({
    variable: 'ASSAY_ENCRYPTION',
    meaning:
      'What encrypts secrets that lie in the records, such as those of webhooks. `key`: a key kept with the other secrets. `kms`: data keys that AWS KMS encrypts.',
    default: 'key',
    of: ['key', 'kms'],
  }),
  announce: choice({
    variable: 'ASSAY_ANNOUNCE',
    meaning: 'Where every event goes out to, beside webhooks and event streams.',
    default: 'none',
    of: ['none', 'eventbridge', 'sns'],
  }),
};

export type EnginesConfig = Values<typeof engineFields>;
