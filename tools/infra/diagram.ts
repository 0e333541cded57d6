// A picture of a stack, drawn from what it makes: one box for each module with what is in it, and an arrow from each to
// those that it needs. As Mermaid text, so that a change shows in a review.
import { moduleOf, type Resource } from './state.ts';

/** What is worth drawing, in the words of the picture. Everything else is a detail of one of these. */
const drawn: Readonly<Record<string, string>> = {
  aws_apigatewayv2_api: 'API gateway',
  aws_backup_plan: 'backup plan',
  aws_backup_restore_testing_plan: 'weekly restore test',
  aws_backup_vault: 'vault of backups',
  aws_budgets_budget: 'budget',
  aws_ce_anomaly_monitor: 'watch for odd costs',
  aws_acm_certificate: 'certificate',
  aws_cloudfront_distribution: 'CloudFront',
  aws_cloudtrail: 'trail of the account',
  aws_cloudwatch_dashboard: 'dashboard',
  aws_cloudwatch_log_group: 'log group',
  aws_cloudwatch_metric_alarm: 'alarm',
  aws_db_instance: 'PostgreSQL',
  aws_dynamodb_table: 'table',
  aws_ecr_repository: 'repository of images',
  aws_ecs_service: 'service',
  aws_iam_openid_connect_provider: 'trust in GitHub',
  aws_iam_role: 'role',
  aws_instance: 'host',
  aws_kms_key: 'key',
  aws_lb: 'load balancer',
  aws_nat_gateway: 'NAT gateway',
  aws_route53_health_check: 'health check',
  aws_route53_record: 'DNS record',
  aws_s3_bucket: 'bucket',
  aws_secretsmanager_secret: 'secret',
  aws_security_group: 'security group',
  aws_sns_topic: 'topic',
  aws_sqs_queue: 'queue',
  aws_subnet: 'subnet',
  aws_vpc_endpoint: 'endpoint',
  aws_wafv2_web_acl: 'firewall',
};

/** Named in full, where there are few of them. */
const namedUpTo = 10;
const named = new Set(['service', 'queue', 'key', 'bucket', 'table', 'dashboard', 'role']);

export interface Edge {
  readonly from: string;
  readonly to: string;
}

/** The dependencies that `terraform graph` prints, as addresses without keys. */
export function edgesOf(graph: string): Edge[] {
  return [...graph.matchAll(/^\s*"([^"]+)" -> "([^"]+)";$/gm)].map(([, from = '', to = '']) => ({
    from,
    to,
  }));
}

export function drawDiagram(resources: readonly Resource[], edges: readonly Edge[]): string {
  const boxes = boxesOf(resources);
  const lines = ['flowchart LR'];
  for (const [module, contents] of boxes) {
    const title =
      module === '' ? 'the stack itself' : module.replaceAll('module.', '').replaceAll('.', ' / ');
    lines.push(`  ${idOf(module)}["<b>${title}</b><br/>${contents.join('<br/>')}"]`);
  }
  for (const { from, to } of arrowsBetween([...boxes.keys()], edges)) {
    lines.push(`  ${idOf(from)} --> ${idOf(to)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** By module, sorted: what it makes, counted, or named. */
function boxesOf(resources: readonly Resource[]): Map<string, string[]> {
  const byModule = Map.groupBy(resources, ({ address }) => withoutKeys(moduleOf(address)));
  const boxes = new Map<string, string[]>();
  for (const module of [...byModule.keys()].sort()) {
    const byWord = Map.groupBy(
      (byModule.get(module) ?? []).filter(({ type }) => drawn[type] !== undefined),
      ({ type }) => drawn[type] ?? '',
    );
    const contents = [...byWord]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([word, its]) => inWords(word, its));
    if (contents.length > 0) boxes.set(module, contents);
  }
  return boxes;
}

function inWords(word: string, resources: readonly Resource[]): string {
  const count = resources.length === 1 ? word : `${resources.length} × ${word}`;
  const names = resources.map(({ index, name }) => String(index ?? name)).sort();
  const isTelling = named.has(word) && names.length > 1 && names.length <= namedUpTo;
  return isTelling ? `${count}: ${names.join(', ')}` : count;
}

/** One arrow between two boxes, whatever depends on whatever inside them. */
function arrowsBetween(modules: readonly string[], edges: readonly Edge[]): Edge[] {
  const known = new Set(modules);
  const arrows = new Map<string, Edge>();
  for (const edge of edges) {
    const [from, to] = [moduleOf(edge.from), moduleOf(edge.to)];
    if (from === to || !known.has(from) || !known.has(to) || /(^|\.)data\./.test(edge.to)) continue;
    arrows.set(`${from} ${to}`, { from, to });
  }
  return [...arrows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, arrow]) => arrow);
}

function withoutKeys(module: string): string {
  return module.replaceAll(/\[[^\]]*\]/g, '');
}

function idOf(module: string): string {
  return module === '' ? 'stack' : module.replaceAll('module.', '').replaceAll(/[^a-z0-9]+/gi, '_');
}
