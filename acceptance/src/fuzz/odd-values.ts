// What nobody expects in a request.
import type { Chance } from '../crashes/chance.ts';

/** A JSON schema, as far as the API uses it. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly format?: string;
}

export const oddTexts: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e\u200b\ufeff',
  '😀'.repeat(40),
  'é'.normalize('NFD').repeat(30),
  'x'.repeat(3_000),
  '../../../../etc/passwd',
  '..\\..\\windows',
  'CON',
  "' OR '1'='1' --",
  '" OR ""="',
  '*) OR (*',
  'NEAR(',
  '<script>alert(1)</script>',
  '#{7*7}{{7*7}}',
  '%s%n%x',
  '\r\nset-cookie: a=b',
  '__proto__',
  'constructor',
  'NaN',
  '-0',
  '1e400',
  '0x10',
  '9999-12-31T23:59:60Z',
  '+275760-09-13T00:00:00.001Z',
  '0000-00-00',
  '2026-02-30',
  'v999999999999999999.0.0',
  '1.0.0 || >'.repeat(60),
  '^1.0.0 - ~',
  'http://[::1',
  'file:///etc/passwd',
  'http://user:pass@127.0.0.1:1/',
  'gopher://x',
  Buffer.from('[1,2,3]').toString('base64url'),
  Buffer.from('{"at":"x","id":{}}').toString('base64url'),
];

const oddNumbers: readonly number[] = [
  0,
  -0,
  -1,
  1.5,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  2 ** 63,
  1e-320,
  4_294_967_296,
];

export function one<T>(chance: Chance, list: readonly T[]): T {
  return list[chance.between(0, list.length)] as T;
}

export function oddText(chance: Chance): string {
  if (chance.happens(0.6)) return one(chance, oddTexts);
  const length = chance.between(0, 30);
  return Array.from({ length }, () =>
    String.fromCharCode(chance.between(0, chance.happens(0.5) ? 0x80 : 0xffff)),
  ).join('');
}

export function oddValue(chance: Chance, depth = 0): unknown {
  const kind = chance.pick({ text: 5, number: 4, truth: 1, nothing: 2, list: 2, object: 2, deep: 0.3 });
  if (kind === 'text') return oddText(chance);
  if (kind === 'number') return one(chance, oddNumbers);
  if (kind === 'truth') return chance.happens(0.5);
  if (kind === 'nothing' || depth > 3) return null;
  if (kind === 'list') return Array.from({ length: chance.between(0, 4) }, () => oddValue(chance, depth + 1));
  if (kind === 'object') return { [oddText(chance)]: oddValue(chance, depth + 1) };
  return Array.from({ length: 300 }).reduce<unknown>((inner) => [inner], 'deep');
}

/** A value as the schema wants it, mostly. */
export function valueFor(chance: Chance, schema: Schema, oddness: number): unknown {
  if (chance.happens(oddness)) return oddValue(chance);
  if (schema.enum !== undefined) return one(chance, schema.enum);
  if (schema.anyOf !== undefined) return valueFor(chance, one(chance, schema.anyOf), oddness);
  switch (schema.type) {
    case 'object':
      return objectFor(chance, schema, oddness);
    case 'array':
      return Array.from({ length: chance.between(0, 4) }, () =>
        valueFor(chance, schema.items ?? {}, oddness),
      );
    case 'integer':
    case 'number':
      return chance.between(1, 100);
    case 'boolean':
      return chance.happens(0.5);
    case 'null':
      return null;
    default:
      if (schema.format?.startsWith('date'))
        return schema.format === 'date' ? '2026-01-31' : '2026-01-31T00:00:00Z';
      return one(chance, ['some-text', 'Some text, longer.', '1.2.3', 'package.zip']);
  }
}

function objectFor(chance: Chance, { properties = {}, required = [] }: Schema, oddness: number): object {
  const entries = Object.entries(properties)
    .filter(([name]) => !chance.happens(required.includes(name) ? oddness / 2 : 0.4))
    .map(([name, schema]) => [name, valueFor(chance, schema, oddness)]);
  if (chance.happens(oddness / 2)) entries.push([oddText(chance), oddValue(chance)]);
  return Object.fromEntries(entries);
}
