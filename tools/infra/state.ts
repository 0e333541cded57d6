// What Terraform says of resources, in states and planned values alike.

export type Values = Readonly<Record<string, unknown>>;

export interface Resource {
  readonly address: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  /** The key of `for_each` or the number of `count`. */
  readonly index?: string | number;
  readonly values: Values;
}

export interface Module {
  readonly address?: string;
  readonly resources?: readonly Resource[];
  readonly child_modules?: readonly Module[];
}

/** Of the module and all below it; not what was only looked up. */
export function resourcesOf(module: Module): Resource[] {
  const own = (module.resources ?? []).filter(({ mode }) => mode === 'managed');
  return [...own, ...(module.child_modules ?? []).flatMap(resourcesOf)];
}

/** `module.region.module.storage` of `module.region.module.storage.aws_s3_bucket.this["packages"]`; empty at the top. */
export function moduleOf(address: string): string {
  return /^(?:module\.[^.[]+(?:\[[^\]]*\])?\.)*/.exec(address)?.[0].replace(/\.$/, '') ?? '';
}

/** A nested block, which states write as a list of at most one. */
export function block(values: Values | undefined, name: string): Values | undefined {
  const found = values?.[name];
  const first: unknown = Array.isArray(found) ? found[0] : found;
  return typeof first === 'object' && first !== null ? (first as Values) : undefined;
}

export function blocks(values: Values | undefined, name: string): Values[] {
  const found = values?.[name];
  return Array.isArray(found) ? (found as Values[]) : [];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The statements of a policy document; none where the attribute is missing. */
export function statementsOf(document: unknown): Statement[] {
  if (typeof document !== 'string' || !document.startsWith('{')) return [];
  const { Statement } = JSON.parse(document) as { Statement: Statement | Statement[] };
  return listOf(Statement);
}

export function listOf<T>(value: T | readonly T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? [...value] : [value as T];
}
