// What holds for everything that the stacks make, whatever module makes it: read from a state in which every value is
// known. A rule gets all resources and names those that break it, with what is wrong.
import { block, blocks, listOf, type Resource, type Statement, statementsOf, type Values } from './state.ts';

export interface Finding {
  readonly address: string;
  readonly problem: string;
}

type Rule = (resources: readonly Resource[]) => Finding[];

export function findingsIn(resources: readonly Resource[]): Finding[] {
  return rules.flatMap((rule) => rule(resources));
}

/** A rule about each resource of a type: what is wrong, or null. */
function each(type: string, judge: (values: Values, resource: Resource) => string | null): Rule {
  return (resources) =>
    resources
      .filter((resource) => resource.type === type)
      .flatMap((resource) => {
        const problem = judge(resource.values, resource);
        return problem === null ? [] : [{ address: resource.address, problem }];
      });
}

/** A rule about a property of each resource of a type that must have one of these values. */
function must(type: string, property: string, allowed: readonly unknown[], problem: string): Rule {
  return each(type, (values) => (allowed.includes(values[property]) ? null : problem));
}

/** A rule that each bucket has a resource of this type, that is as it should be. */
function eachBucketHas(type: string, isRight: (values: Values) => boolean, problem: string): Rule {
  return (resources) =>
    resources
      .filter((resource) => resource.type === 'aws_s3_bucket')
      .filter((bucket) => {
        const its = resources.filter(
          (other) => other.type === type && other.values.bucket === bucket.values.id,
        );
        return !its.some(({ values }) => isRight(values));
      })
      .map(({ address }) => ({ address, problem }));
}

const everybody = ['0.0.0.0/0', '::/0'];
const openPorts = [80, 443];

function isOpenOtherwise(rule: Values): boolean {
  const from = [rule.cidr_ipv4, rule.cidr_ipv6, ...listOf(rule.cidr_blocks as string[] | undefined)];
  if (!from.some((range) => everybody.includes(String(range)))) return false;
  return rule.from_port !== rule.to_port || !openPorts.includes(Number(rule.from_port));
}

const networkRules: readonly Rule[] = [
  each('aws_vpc_security_group_ingress_rule', (values) =>
    isOpenOtherwise(values) ? `lets the internet in by port ${values.from_port}` : null,
  ),
  each('aws_security_group_rule', (values) =>
    values.type === 'ingress' && isOpenOtherwise(values)
      ? `lets the internet in by port ${values.from_port}`
      : null,
  ),
  each('aws_security_group', (values) =>
    blocks(values, 'ingress').some(isOpenOtherwise) ? 'lets the internet in' : null,
  ),
  each('aws_subnet', (values) =>
    values.map_public_ip_on_launch === true ? 'gives everything a public address' : null,
  ),
  each('aws_lb_listener', (values) => {
    if (values.protocol === 'HTTP' && block(values, 'default_action')?.type === 'redirect') return null;
    const policy = String(values.ssl_policy ?? '');
    return /TLS-?1[3-]|TLS-1-2|TLS13/.test(policy) ? null : 'takes connections without TLS 1.2';
  }),
  must('aws_lb', 'drop_invalid_header_fields', [true], 'lets odd header fields through'),
  each('aws_cloudfront_distribution', (values) => {
    const behaviours = [
      ...blocks(values, 'default_cache_behavior'),
      ...blocks(values, 'ordered_cache_behavior'),
    ];
    const isPlain = behaviours.some(({ viewer_protocol_policy }) => viewer_protocol_policy === 'allow-all');
    return isPlain ? 'answers without TLS' : null;
  }),
  each('aws_cloudfront_distribution', (values) =>
    values.web_acl_id ? null : 'has no firewall in front of it',
  ),
  each('aws_instance', (values) =>
    block(values, 'metadata_options')?.http_tokens === 'required'
      ? null
      : 'gives its credentials to whoever gets it to ask',
  ),
];

const encryptionRules: readonly Rule[] = [
  eachBucketHas(
    'aws_s3_bucket_server_side_encryption_configuration',
    (values) =>
      ['aws:kms', 'AES256'].includes(
        String(block(block(values, 'rule'), 'apply_server_side_encryption_by_default')?.sse_algorithm),
      ),
    'is not encrypted',
  ),
  eachBucketHas(
    'aws_s3_bucket_policy',
    ({ policy }) => statementsOf(policy).some(refusesPlainConnections),
    'can be read without TLS',
  ),
  each('aws_kms_key', (values) => {
    const isSymmetric = [undefined, null, '', 'SYMMETRIC_DEFAULT'].includes(
      values.customer_master_key_spec as string,
    );
    return values.enable_key_rotation === true || !isSymmetric ? null : 'is never rotated';
  }),
  must('aws_db_instance', 'storage_encrypted', [true], 'is not encrypted'),
  must('aws_db_instance', 'publicly_accessible', [false, null], 'can be reached from the internet'),
  each('aws_dynamodb_table', (values) =>
    block(values, 'server_side_encryption')?.kms_key_arn ? null : 'is not encrypted with a key of ours',
  ),
  each('aws_sqs_queue', (values) =>
    values.sqs_managed_sse_enabled === true || values.kms_master_key_id ? null : 'is not encrypted',
  ),
  each('aws_sns_topic', (values) => (values.kms_master_key_id ? null : 'is not encrypted')),
  each('aws_secretsmanager_secret', (values) =>
    values.kms_key_id ? null : 'is not encrypted with a key of ours',
  ),
  each('aws_cloudwatch_log_group', (values) =>
    values.kms_key_id ? null : 'is not encrypted with a key of ours',
  ),
  each('aws_cloudtrail', (values) => (values.kms_key_id ? null : 'is not encrypted with a key of ours')),
  each('aws_backup_vault', (values) => (values.kms_key_arn ? null : 'is not encrypted with a key of ours')),
  each('aws_ecr_repository', (values) =>
    block(values, 'encryption_configuration')?.encryption_type === 'KMS'
      ? null
      : 'is not encrypted with a key of ours',
  ),
  each('aws_instance', (values) =>
    block(values, 'root_block_device')?.encrypted === true ? null : 'has a disk that is not encrypted',
  ),
  each('aws_secretsmanager_secret_version', (values) =>
    values.secret_string || values.secret_binary ? 'has its value in the state' : null,
  ),
  each('aws_db_instance', (values) => (values.password ? 'has its password in the state' : null)),
];

function refusesPlainConnections({ Effect, Condition }: Statement): boolean {
  return Effect === 'Deny' && Condition?.Bool?.['aws:SecureTransport'] === 'false';
}

const keepingRules: readonly Rule[] = [
  eachBucketHas(
    'aws_s3_bucket_versioning',
    (values) => block(values, 'versioning_configuration')?.status === 'Enabled',
    'keeps no versions',
  ),
  eachBucketHas(
    'aws_s3_bucket_public_access_block',
    (values) =>
      ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'].every(
        (property) => values[property] === true,
      ),
    'can be made public',
  ),
  each('aws_dynamodb_table', (values) =>
    block(values, 'point_in_time_recovery')?.enabled === true
      ? null
      : 'cannot be restored to a point in time',
  ),
  each('aws_db_instance', (values) =>
    values.replicate_source_db || Number(values.backup_retention_period) >= 7
      ? null
      : 'has backups for less than a week',
  ),
  each('aws_cloudwatch_log_group', (values) =>
    Number(values.retention_in_days) > 0 ? null : 'keeps logs for ever',
  ),
  must('aws_cloudtrail', 'enable_log_file_validation', [true], 'can be changed unnoticed'),
  must('aws_ecr_repository', 'image_tag_mutability', ['IMMUTABLE'], 'lets a tag come to mean another image'),
  each('aws_ecr_repository', (values) =>
    block(values, 'image_scanning_configuration')?.scan_on_push === true ? null : 'takes images unseen',
  ),
  backedUp,
  copiesWatched,
];

/** Areas with what cannot be made again. */
const irreplaceable = ['packages', 'quarantine', 'processed', 'validators'];

/** Wherever there are backups, they are of everything that cannot be made again. */
function backedUp(resources: readonly Resource[]): Finding[] {
  const selections = resources.filter(({ type }) => type === 'aws_backup_selection');
  const covered = selections.flatMap(({ values }) => listOf(values.resources as string[]));
  // A registry, and not only copies of one or what others rest on.
  const keepsRecords = (type: string) => type === 'aws_dynamodb_table' || type === 'aws_db_instance';
  if (!resources.some(({ type }) => keepsRecords(type))) return [];
  const needed = resources.filter(({ type, values, index, address }) => {
    if (type === 'aws_s3_bucket')
      return irreplaceable.includes(String(index)) && !address.includes('module.copies.');
    return keepsRecords(type) && !values.replicate_source_db;
  });
  return needed
    .filter(({ type, values }) => {
      if (type === 'aws_db_instance') return !covered.includes(String(values.arn));
      const name = String(type === 'aws_s3_bucket' ? values.bucket : values.name);
      return !covered.some((arn) => arn.endsWith(`:${name}`) || arn.endsWith(`/${name}`));
    })
    .map(({ address }) => ({ address, problem: 'is not backed up' }));
}

/** A copy in another region that fails or is late is told, or nobody knows what would be lost with this one. */
function copiesWatched(resources: readonly Resource[]): Finding[] {
  const alarms = resources.filter(({ type }) => type === 'aws_cloudwatch_metric_alarm');
  const isWatched = (metric: string, dimension: string, value: unknown) =>
    alarms.some(
      ({ values }) =>
        values.metric_name === metric && (values.dimensions as Values | null)?.[dimension] === value,
    );
  return resources.flatMap(({ type, address, values }) => {
    const unwatched: string[] = [];
    if (type === 'aws_s3_bucket_replication_configuration') {
      const from = resources.find(
        (other) => other.type === 'aws_s3_bucket' && other.values.id === values.bucket,
      );
      const metrics = ['OperationsFailedReplication', 'ReplicationLatency'];
      unwatched.push(...metrics.filter((metric) => !isWatched(metric, 'SourceBucket', from?.values.bucket)));
    }
    if (type === 'aws_dynamodb_table' && block(values, 'replica') !== undefined) {
      if (!isWatched('ReplicationLatency', 'TableName', values.name)) unwatched.push('ReplicationLatency');
    }
    return unwatched.map((metric) => ({ address, problem: `has copies without an alarm by ${metric}` }));
  });
}

const permissionRules: readonly Rule[] = [
  each('aws_iam_policy', ({ policy }) => wildcardIn(policy)),
  each('aws_iam_role_policy', ({ policy }) => wildcardIn(policy)),
  ...['aws_s3_bucket_policy', 'aws_sqs_queue_policy', 'aws_sns_topic_policy', 'aws_kms_key'].map((type) =>
    each(type, ({ policy }) => (statementsOf(policy).some(letsEverybodyIn) ? 'lets everybody in' : null)),
  ),
  each('aws_iam_role', ({ assume_role_policy }) =>
    statementsOf(assume_role_policy).some(letsEverybodyIn) ? 'can be assumed by everybody' : null,
  ),
  each('aws_iam_role', ({ assume_role_policy }) => {
    const byOthers = statementsOf(assume_role_policy).filter(
      ({ Action }) => Action === 'sts:AssumeRoleWithWebIdentity',
    );
    const isBound = ({ Condition }: Statement) =>
      Object.entries(Condition?.StringEquals ?? {}).some(
        ([name, value]) => name.endsWith(':sub') && !String(value).includes('*'),
      );
    return byOthers.every(isBound) ? null : 'can be assumed by any workflow';
  }),
  each('aws_ecs_task_definition', ({ container_definitions }) => {
    const containers = JSON.parse(String(container_definitions)) as Values[];
    for (const { readonlyRootFilesystem, privileged, user } of containers) {
      if (readonlyRootFilesystem !== true) return 'may write to its image';
      if (privileged === true) return 'is privileged';
      if (user === undefined || /^(root|0)(:|$)/.test(String(user))) return 'runs as root';
    }
    return null;
  }),
];

function letsEverybodyIn({ Effect, Principal, Condition }: Statement): boolean {
  if (Effect !== 'Allow' || Principal === undefined) return false;
  const named =
    typeof Principal === 'string' ? [Principal] : Object.values(Principal).flatMap((one) => listOf(one));
  return named.includes('*') && Condition === undefined;
}

/**
 * All actions, all actions of a service, or all resources. A statement that needs one says so by the end of its Sid,
 * `ByDesign`, and why in a comment, which source-rules.ts looks for.
 */
function wildcardIn(document: unknown): string | null {
  for (const { Effect, Action, Resource, Sid = '' } of statementsOf(document)) {
    if (Effect !== 'Allow' || Sid.endsWith('ByDesign')) continue;
    const wide = listOf(Action).find((action) => /^(\*|[a-z0-9-]+:\*)$/.test(action));
    if (wide !== undefined) return `allows ${wide} in ${Sid || 'a statement without a name'}`;
    if (listOf(Resource).includes('*'))
      return `is about all resources in ${Sid || 'a statement without a name'}`;
  }
  return null;
}

const rules: readonly Rule[] = [...networkRules, ...encryptionRules, ...keepingRules, ...permissionRules];
