import { flag, text, type Values } from './fields.ts';

/** Records in DynamoDB; region, endpoint, credentials and time-outs are those of every AWS service. */
export const dynamoDbFields = {
  tablePrefix: text({
    variable: 'ASSAY_DYNAMODB_TABLE_PREFIX',
    meaning:
      'What the names of the tables begin with, when the records are in DynamoDB: several registries can share an account.',
    default: 'assay-',
    rule: 'at most 200 letters, digits, `_`, `-` and `.`',
    pattern: /^[A-Za-z0-9_.-]{0,200}$/,
  }),
  createsTables: flag({
    variable: 'ASSAY_DYNAMODB_CREATE_TABLES',
    meaning:
      'Whether `assay migrate` makes tables that are missing in DynamoDB. `false`: it only looks whether all are there, made by Terraform or otherwise.',
    default: false,
  }),
};

export type DynamoDbConfig = Values<typeof dynamoDbFields>;
