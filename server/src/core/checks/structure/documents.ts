// What manifests and cards say for people and search. Tolerant: what cannot be understood is left out.

/** From a manifest or card; an empty text where it says nothing. */
export interface Told {
  readonly summary: string;
  readonly license: string;
}

const nothing: Told = { summary: '', license: '' };

/** `package.json`, and any other JSON. Null when it is not a JSON object. */
export function readPackageJson(text: string): Told | null {
  const manifest = jsonObject(text);
  if (manifest === null) return null;
  const { description, license } = manifest;
  return { summary: asText(description), license: asText(isObject(license) ? license.type : license) };
}

/** Null when the text is not a JSON object. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * `description` and `license` of `[project]` (PEP 621) or `[tool.poetry]`, when each is written on one line as a
 * basic or literal string, or the licence as `{ text = "…" }`; of TOML nothing else is understood, and nothing
 * else is needed here.
 */
export function readPyproject(text: string): Told {
  const told = new Map<string, string>();
  let table = '';
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[\s*([^\]]+?)\s*\]\s*(?:#.*)?$/.exec(line);
    if (header !== null) table = header[1] ?? '';
    if (table !== 'project' && table !== 'tool.poetry') continue;
    const value =
      /^\s*(description|license)\s*=\s*(?:\{\s*text\s*=\s*)?(?:"((?:[^"\\]|\\.)*)"|'([^']*)')/.exec(line);
    const [, key = '', basic, literal] = value ?? [];
    if (value !== null && !told.has(key)) told.set(key, literal ?? unescapeBasic(basic ?? ''));
  }
  return { summary: told.get('description') ?? '', license: told.get('license') ?? '' };
}

/**
 * `license:` of a card's front matter: the lines between `---` at its very beginning. A plain or quoted scalar on
 * the same line, or the first item of the list that follows; of YAML nothing else is understood.
 */
export function readCard(text: string): Told {
  const [, front] = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text) ?? [];
  if (front === undefined) return nothing;
  const [, value = ''] = /^license:[ \t]*(?:\r?\n[ \t]*-[ \t]*|\[[ \t]*)?([^\r\n]*)/m.exec(front) ?? [];
  const [scalar = ''] = /^"[^"]*"|^'[^']*'|^[^,\]#]*/.exec(value) ?? [];
  return { summary: '', license: scalar.trim().replace(/^(["'])(.*)\1$/, '$2') };
}

function unescapeBasic(basic: string): string {
  return basic.replace(/\\(u[0-9a-f]{4}|.)/gi, (whole, escaped: string) => {
    if (/^u[0-9a-f]{4}$/i.test(escaped)) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' }[escaped] ?? whole;
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asText(value: unknown): string {
  // Not every engine keeps a NUL or half of a surrogate pair.
  return typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : '';
}
