// Chat templates are Jinja programs that the loading program runs. What reaches from a template into Python goes by
// attributes with two underscores, by objects that Jinja brings along, or by names made up to hide either
// (portswigger.net/research/server-side-template-injection, and the escapes from Jinja's sandbox of the past).

const code = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{\{[\s\S]*$|\{%[\s\S]*$/g;
const strings = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/g;

/** In code outside of texts. */
const inCode: readonly (readonly [RegExp, string])[] = [
  [/__\w+__/, 'an attribute of Python itself'],
  [
    /\b(func_globals|gi_frame|gi_code|f_globals|f_builtins|cr_frame|ag_frame|mro)\b/,
    'an attribute of Python itself',
  ],
  [/\|\s*attr\b/, 'the filter attr'],
  [/\b(lipsum|cycler|joiner|url_for|get_flashed_messages)\b/, 'an object of Jinja that leads to Python'],
  [/\bself\s*[.[]/, 'the template itself'],
  [/\b(request|config|app)\s*[.[]\s*\w*\s*[.[]?/, 'an object of the program'],
  [/^\{%[-+]?\s*(import|include|extends|from)\b/, 'another template'],
  [/\bos\s*\.\s*(popen|system)\b|\bpopen\s*\(|\beval\s*\(|\bexec\s*\(/, 'a function of Python'],
];

/** In texts within code. */
const inStrings: readonly (readonly [RegExp, string])[] = [
  [
    /__(class|mro|bases?|subclasses|globals|builtins|import|init|getattribute|dict|code|self|call|reduce(_ex)?|loader|spec|func|getitem|module|new)__/,
    'the name of an attribute of Python itself',
  ],
  [/\\x5f|\\u005f|\\137|\\N\{|%c/i, 'a character that is written in another way'],
  [
    /^.(_{1,2})(class|mro|bases?|subclasses|globals|builtins|import|init)?.$/,
    'a part of a name with underscores',
  ],
  // Jinja puts texts together that stand next to each other.
  [/^.(__\w*[^\W_]|[^\W_]\w*__).$/, 'a part of a name with underscores'],
];

/** What in the template reaches for the program that runs it; null when nothing does. */
export function reachInTemplate(template: string): string | null {
  for (const [block] of template.matchAll(code)) {
    const texts = [...block.matchAll(strings)].map(([text]) => text);
    const bare = block.replace(strings, "''");
    const found =
      inCode.find(([pattern]) => pattern.test(bare)) ??
      inStrings.find(([pattern]) => texts.some((text) => pattern.test(text)));
    if (found !== undefined) return `${found[1]}: ${block.slice(0, 200)}`;
  }
  return null;
}

export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}
