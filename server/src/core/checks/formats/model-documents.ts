// The documents that loaders of models read by their names: configurations that name code, and chat templates.
import type { Telling } from '../inspection/inspector.ts';
import { isNameOfPython, isTemplate, reachInTemplate } from './jinja.ts';
import { isObject, type Json, objectsIn, parseJson, textsIn } from './json.ts';
import { inspectKerasConfig } from './keras.ts';

/** `config.json`, `tokenizer_config.json`, `model_index.json`, `processor_config.json` … */
export function inspectModelConfig(config: Json, telling: Telling): void {
  for (const part of objectsIn(config)) {
    if (part.auto_map !== undefined) judgeCode('auto_map', part.auto_map, telling);
    if (part.custom_pipelines !== undefined) judgeCode('custom_pipelines', part.custom_pipelines, telling);
    if (part.trust_remote_code === true)
      telling.found(
        'config.remote-code',
        '`trust_remote_code` is set: code of a model is run without asking.',
      );
  }
  for (const { key, text } of textsIn(config)) {
    if (key.includes('template') || isTemplate(text)) judgeTemplate(text, telling);
    // A template is given the special tokens.
    if (isNameOfPython(text))
      telling.found('template.reaches-out', `The text ${JSON.stringify(text)} is a name of Python itself.`);
  }
  if (isObject(config) && typeof config.class_name === 'string') inspectKerasConfig(config, telling);
}

/** Any other JSON of a model or dataset: no loader goes by its name, but people hand its parts to programs. */
export function inspectJson(bytes: Buffer, telling: Telling): void {
  if (!marks.some((mark) => bytes.includes(mark))) return;
  const document = parseJson(bytes);
  if (document === undefined) return;
  for (const { key, text } of textsIn(document))
    if (key.includes('chat_template')) judgeTemplate(text, telling);
  if (isObject(document) && typeof document.class_name === 'string') inspectKerasConfig(document, telling);
}

/** Without any of them there is nothing in it to be judged; the last begins a letter that is written with digits. */
const marks = ['chat_template', 'class_name', '\\u00'];

export function judgeTemplate(text: string, telling: Telling): void {
  const reach = reachInTemplate(text);
  if (reach !== null) telling.found('template.reaches-out', reach);
}

/** `repository--module.Class` is code of another package, which this check never sees. */
function judgeCode(key: string, value: Json, telling: Telling): void {
  const named = [...textsIn(value)].map(({ text }) => text);
  const foreign = named.find((text) => text.includes('--') || text.includes('://') || text.startsWith('/'));
  if (foreign !== undefined)
    telling.found(
      'config.foreign-code',
      `\`${key}\` names code of another package: ${foreign.slice(0, 200)}.`,
    );
  else
    telling.found(
      'config.remote-code',
      `\`${key}\` names code to be run: ${named.join(', ').slice(0, 200)}.`,
    );
}
