// What can only be seen in the sources: comments, what may not be destroyed, tags of everything.

export interface SourceFinding {
  readonly path: string;
  readonly line: number;
  readonly problem: string;
}

/** Types with data that cannot be made again. */
const keepers = [
  'aws_s3_bucket',
  'aws_kms_key',
  'aws_dynamodb_table',
  'aws_db_instance',
  'aws_backup_vault',
  'aws_ecr_repository',
];
/** Copies of what lies elsewhere, too. */
const replaceable = ['aws_db_instance.replica'];

const tags = ['Project', 'Environment', 'Stack', 'CostCenter', 'ManagedBy'];

export function findingsInSource(path: string, text: string): SourceFinding[] {
  return [...uncommentedWildcards(path, text), ...destroyable(path, text), ...untagged(path, text)];
}

/** `Action = "*"`, `"kms:*"`, `Resource = "*"`, `resources = ["…:*"]` without a `#` in the line or in the one before. */
function uncommentedWildcards(path: string, text: string): SourceFinding[] {
  const lines = text.split('\n');
  return lines.flatMap((line, i) => {
    const [code = '', comment] = splitComment(line);
    const isWide = /\b(Action|Resource|NotAction|NotResource)\b.*"(\*|[a-z0-9-]+:\*)"/.test(code);
    if (!isWide || comment !== undefined || /^\s*#/.test(lines[i - 1] ?? '')) return [];
    return [{ path, line: i + 1, problem: 'a wildcard without a comment that says why' }];
  });
}

function splitComment(line: string): [string, string | undefined] {
  const at = line.search(/(^|\s)#/);
  return at < 0 ? [line, undefined] : [line.slice(0, at), line.slice(at)];
}

function destroyable(path: string, text: string): SourceFinding[] {
  return topLevelBlocks(text).flatMap(({ header, body, line }) => {
    const [, type = '', name = ''] = /^resource "([^"]+)" "([^"]+)"/.exec(header) ?? [];
    if (!keepers.includes(type) || replaceable.includes(`${type}.${name}`)) return [];
    return /prevent_destroy\s*=\s*true/.test(body)
      ? []
      : [{ path, line, problem: `${type}.${name} holds data, and can be destroyed` }];
  });
}

/** Providers of stacks tag all that they make; that for ephemeral values makes nothing. */
function untagged(path: string, text: string): SourceFinding[] {
  if (!path.startsWith('stacks/') || path.includes('/tests/')) return [];
  const mentionsAll = tags.every((tag) => new RegExp(`\\b${tag}\\s*=`).test(text));
  return topLevelBlocks(text).flatMap(({ header, body, line }) => {
    if (!header.startsWith('provider "aws"') || /alias\s*=\s*"ephemeral"/.test(body)) return [];
    if (!body.includes('default_tags')) return [{ path, line, problem: 'a provider without default tags' }];
    return mentionsAll ? [] : [{ path, line, problem: `not all of the tags ${tags.join(', ')}` }];
  });
}

export interface Block {
  readonly header: string;
  readonly body: string;
  /** Where it begins, from 1. */
  readonly line: number;
}

/** Blocks as `terraform fmt` writes them: they begin in the first column, and so does the brace that ends them. */
export function topLevelBlocks(text: string): Block[] {
  return [...text.matchAll(/^([a-z].*)\{$([\s\S]*?)^\}$/gm)].map((found) => ({
    header: found[1] ?? '',
    body: found[2] ?? '',
    line: text.slice(0, found.index).split('\n').length,
  }));
}
