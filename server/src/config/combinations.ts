// Values that are each allowed and do not go together. A rule answers with what is wrong and what to do, or null.
import type { Config } from './index.ts';

type Rule = (config: Config) => string | null;

const rules: readonly Rule[] = [
  ({ engines, aws }) => {
    const used = usesAws(engines);
    return used === null || aws.region !== ''
      ? null
      : `ASSAY_AWS_REGION must be set, because ${used} needs AWS.`;
  },
  ({ engines }) =>
    engines.queue === 'sqs' && engines.records === 'sqlite'
      ? 'ASSAY_QUEUE=sqs needs records that several machines share: set ASSAY_RECORDS to postgres or dynamodb, or leave the queue to the records.'
      : null,
];

/** The choice that needs AWS, as `VARIABLE=value`, or null. S3 alone may be anybody's. */
function usesAws({ records, queue, secrets, encryption, announce }: Config['engines']): string | null {
  if (records === 'dynamodb') return 'ASSAY_RECORDS=dynamodb';
  if (queue === 'sqs') return 'ASSAY_QUEUE=sqs';
  if (secrets === 'secrets-manager') return 'ASSAY_SECRETS=secrets-manager';
  if (encryption === 'kms') return 'ASSAY_ENCRYPTION=kms';
  if (announce !== 'none') return `ASSAY_ANNOUNCE=${announce}`;
  return null;
}

export function combinationProblems(config: Config): string[] {
  return rules.map((rule) => rule(config)).filter((problem) => problem !== null);
}
