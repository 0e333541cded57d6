// JSON as Python reads it, which takes more than JavaScript does: `NaN`, `Infinity` and a byte order mark.

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Undefined: it is none, or not in UTF-8. */
export function parseJson(bytes: Buffer): Json | undefined {
  if (bytes.includes(0)) return undefined;
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text);
  } catch {
    // Once more, with what only Python knows replaced.
  }
  try {
    return JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity)\b/g, asNull));
  } catch {
    return undefined;
  }
}

function asNull(token: string): string {
  return token.startsWith('"') ? token : 'null';
}

export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every object inside the value, itself included, outermost first. */
export function* objectsIn(value: Json): Generator<{ readonly [key: string]: Json }> {
  const waiting: Json[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (isObject(next)) yield next;
    if (typeof next === 'object' && next !== null)
      for (const inner of Object.values(next)) waiting.push(inner);
  }
}

/** Every text inside the value, with the key that it, or the list it stands in, has. */
export function* textsIn(value: Json, key = ''): Generator<{ readonly key: string; readonly text: string }> {
  const waiting: { key: string; value: Json }[] = [{ key, value }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { key: at, value: inner } = next;
    if (typeof inner === 'string') yield { key: at, text: inner };
    else if (Array.isArray(inner)) for (const item of inner) waiting.push({ key: at, value: item });
    else if (isObject(inner))
      for (const [name, item] of Object.entries(inner)) waiting.push({ key: name, value: item });
  }
}

/** The first key that an object has twice: programs disagree about which counts. The text must be JSON. */
export function duplicateKey(text: string): string | null {
  const open: (Set<string> | null)[] = [];
  let key: string | null = null;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const keys = open.at(-1);
      const name: string = JSON.parse(key ?? '""');
      if (keys?.has(name)) return name;
      keys?.add(name);
    } else key = token;
  }
  return null;
}
