// Chat templates are Jinja programs that the loading program runs. What reaches from a template into Python goes by
// attributes with two underscores, by objects that Jinja brings along, or by names made up to hide either
// (portswigger.net/research/server-side-template-injection, and the escapes from Jinja's sandbox of the past).
import { type CodeBlock, codeBlocks } from './jinja-blocks.ts';

/** In code outside of texts, of which only the quotes are left. */
const inCode: readonly (readonly [RegExp, string])[] = [
  // Also in pieces: `dict(__cla=1, ss__=1)|join`.
  [/(?<!\w)__\w|\w__(?!\w)/, 'an attribute of Python itself'],
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
  [/(?<![.\w])getattr\s*\(/, 'a function of Python'],
  // How a function is printed has every character that a name needs.
  [
    /(?<![.\w])(raise_exception|strftime_now|namespace|range|dict)\b(?!\s*\()(?!\s*=)/,
    'a function as a text',
  ],
  [/''\s*\[/, 'a character out of a text'],
  [/[(,]\s*_+\s*=(?!=)/, 'a part of a name with underscores'],
  // A subscript, not a list.
  [/(?<=[\w)\]'])(?<!\b(in|and|or|not|if|else|elif))\s*\[[^[\]]*~[^[\]]*\]/, 'a name that is put together'],
];

/** In texts within code. */
const inTexts: readonly (readonly [RegExp, string])[] = [
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
  [
    /^.(subclasses|globals|builtins|getattribute|func_globals|gi_frame).$/,
    'a part of a name of Python itself',
  ],
];

/** A filter named by a text. */
const filterByName = /\|\s*(map|select|reject)(attr)?\s*\(\s*(['"])attr\3/;

/** What in the template reaches for the program that runs it; null when nothing does. */
export function reachInTemplate(template: string): string | null {
  for (const block of codeBlocks(template)) {
    const reach = reachOf(block);
    if (reach !== null) return `${reach}: ${block.whole.slice(0, 200)}`;
  }
  return null;
}

function reachOf({ whole, bare, texts }: CodeBlock): string | null {
  const found =
    inCode.find(([pattern]) => pattern.test(bare)) ??
    inTexts.find(([pattern]) => texts.some((text) => pattern.test(text)));
  return found?.[1] ?? (filterByName.test(whole) ? 'the filter attr' : null);
}

/** A text that a template may be given, to use as a name: loaders hand it the special tokens, for one. */
export function isNameOfPython(text: string): boolean {
  return /^__(class|mro|bases?|subclasses|globals|builtins|import|init|getattribute)__$/.test(text);
}

export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}
