// Where code stands in a template, as Jinja's lexer sees it (jinja.palletsprojects.com, "Template Designer
// Documentation"): the end of a block counts only outside of texts and of braces that were opened in it.

export interface CodeBlock {
  /** With its marks: `{{ … }}` or `{% … %}`. */
  readonly whole: string;
  /** The same, with `''` for every text. */
  readonly bare: string;
  /** With their quotes. */
  readonly texts: readonly string[];
}

const begin = /\{\{|\{%|\{#/g;
const rawBegin = /\{%[-+]?\s*raw\s*[-+]?%\}/y;
const rawEnd = /\{%[-+]?\s*endraw\s*[-+]?%\}/g;
const text = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y;

export function* codeBlocks(template: string): Generator<CodeBlock> {
  for (let at = 0; ; ) {
    const start = indexAfter(begin, template, at)?.start;
    if (start === undefined) return;
    rawBegin.lastIndex = start;
    if (template.startsWith('{#', start)) {
      const end = template.indexOf('#}', start + 2);
      if (end < 0) return;
      at = end + 2;
    } else if (rawBegin.test(template)) {
      const end = indexAfter(rawEnd, template, rawBegin.lastIndex)?.end;
      if (end === undefined) return;
      at = end;
    } else {
      const block = blockAt(template, start);
      yield block;
      at = start + block.whole.length;
    }
  }
}

function indexAfter(pattern: RegExp, template: string, from: number): { start: number; end: number } | null {
  pattern.lastIndex = from;
  const found = pattern.exec(template);
  return found === null ? null : { start: found.index, end: pattern.lastIndex };
}

/** Without an end, it goes on to the end of the template. */
function blockAt(template: string, start: number): CodeBlock {
  const mark = template.startsWith('{{', start) ? '}}' : '%}';
  const texts: string[] = [];
  let bare = template.slice(start, start + 2);
  let open = 0;
  let at = start + 2;
  while (at < template.length) {
    if (open === 0 && template.startsWith(mark, at)) {
      at += 2;
      bare += mark;
      break;
    }
    text.lastIndex = at;
    const [quoted] = text.exec(template) ?? [];
    const taken = quoted ?? template.charAt(at);
    if (quoted !== undefined) texts.push(quoted);
    if ('([{'.includes(taken)) open++;
    if (')]}'.includes(taken)) open = Math.max(0, open - 1);
    bare += quoted === undefined ? taken : "''";
    at += taken.length;
  }
  return { whole: template.slice(start, at), bare, texts };
}
