// What a Keras model's configuration makes a loader do (keras.io, "Serialization"): it imports modules and builds
// classes and functions by their names, and a Lambda layer carries the code of a function.
import type { Inspector, Telling } from '../inspection/inspector.ts';
import { isObject, type Json, objectsIn } from './json.ts';

/** Where classes and functions may come from; other modules of Keras do more than compute. */
const safeModules =
  /^(builtins|(tensorflow\.|tf_|)keras(\.src)?(\.(layers|models|activations|initializers|regularizers|constraints|losses|metrics|optimizers|dtype_policies|engine|applications|mixed_precision|random|callbacks|ops|preprocessing)(\.[\w.]+)?)?|keras_(nlp|hub|cv|core)(\.src)?\.[\w.]+)$/;
/** Functions that only compute; those of other modules load models and files, or fetch them. */
const functionModules =
  /^(builtins|(tensorflow\.|tf_|)keras(\.src)?(\.(activations|initializers|regularizers|constraints|losses|metrics|ops|random)(\.[\w.]+)?)?)$/;
/** What Keras finds in `builtins` when it knows no function of that name. */
const pythonFunctions =
  /^(__\w+|eval|exec|compile|open|getattr|setattr|delattr|input|breakpoint|globals|locals|vars|type|map|filter|print|help|exit|quit|memoryview)$/;
const lambdas = /^(Lambda|__lambda__)$/;
/** Layers that load code or another model when they are made, or hold a pickle. */
const loaders = /^(TorchModuleWrapper|TFSMLayer|JaxLayer|FlaxLayer)$/;
const lookups = /^(StringLookup|IntegerLookup|TextVectorization|IndexLookup|Hashing)$/;

/** `config.json` of a `.keras` file, and what else is the configuration of a layer or model. */
export function inspectKerasConfig(config: Json, telling: Telling): void {
  for (const part of objectsIn(config)) inspectKerasPart(part, telling);
}

/** One object of it, without those inside. */
function inspectKerasPart(part: { readonly [key: string]: Json }, telling: Telling): void {
  const { class_name: name, module, registered_name: registered, config: own } = part;
  if (typeof name !== 'string') return;
  if (lambdas.test(name))
    telling.found('keras.lambda', `${name} ${nameIn(own)} carries the code of a function.`);
  if (loaders.test(name))
    telling.found('keras.lambda', `${name} ${nameIn(own)} loads code, or another model, when it is made.`);
  if (typeof module === 'string' && !safeModules.test(module))
    telling.found(
      'keras.foreign-module',
      `${name} is to be taken from the module ${JSON.stringify(module)}.`,
    );
  else if (typeof registered === 'string' && registered.includes('>') && !registered.startsWith('keras'))
    telling.found('keras.custom-object', `${name} is registered as ${JSON.stringify(registered)}.`);
  if (name === 'function') judgeFunction(module, own, telling);
  if (module === 'builtins' && pythonFunctions.test(name))
    telling.found('keras.foreign-module', `${name} is a function of Python itself.`);
  if (lookups.test(name) && isObject(own) && typeof own.vocabulary === 'string')
    telling.found('keras.reads-file', `${name} reads its vocabulary from ${JSON.stringify(own.vocabulary)}.`);
}

/** A function stands where a class does: `config` is its name. */
function judgeFunction(module: Json | undefined, name: Json | undefined, telling: Telling): void {
  const isForeign = typeof module === 'string' && !functionModules.test(module);
  if (!isForeign && !(typeof name === 'string' && pythonFunctions.test(name))) return;
  const where = typeof module === 'string' ? module : 'builtins';
  telling.found(
    'keras.foreign-module',
    `The function ${JSON.stringify(name ?? null)} is to be taken from ${where}.`,
  );
}

function nameIn(config: Json | undefined): string {
  return isObject(config) && typeof config.name === 'string' ? JSON.stringify(config.name) : '';
}

/** Bytes kept between two pieces, so that nothing is cut in two. */
const edgeBytes = 1024;

/** What is looked for in HDF5 files, where the configuration is a text somewhere in between. */
const texts: readonly (readonly [
  pattern: RegExp,
  rule: 'keras.lambda' | 'keras.foreign-module' | 'keras.hidden-text',
])[] = [
  [
    /"class_name"\s{0,50}:\s{0,50}"(?:Lambda|__lambda__|TorchModuleWrapper|TFSMLayer|JaxLayer|FlaxLayer)"/g,
    'keras.lambda',
  ],
  [/"module"\s{0,50}:\s{0,50}"([\w.]{1,200})"/g, 'keras.foreign-module'],
  // JSON writers escape no letters.
  [/\\u00(?:[2-6][0-9a-fA-F]|7[0-9a-eA-E])/g, 'keras.hidden-text'],
];

/** Searches for it, wherever it may stand; a text that is compressed is not found. */
export class KerasTextSearch implements Inspector {
  readonly #telling: Telling;
  #edge = '';
  #position = 0;

  constructor(telling: Telling) {
    this.#telling = telling;
  }

  push(bytes: Uint8Array): void {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const start = this.#position - this.#edge.length;
    const hasText = this.#edge !== '' || piece.includes('"class_name"') || piece.includes('\\u00');
    if (hasText || piece.includes('"module"')) this.#look(this.#edge + piece.toString('latin1'), start);
    this.#position += bytes.length;
    this.#edge = piece.subarray(-edgeBytes).toString('latin1');
  }

  end(): void {}

  #look(text: string, start: number): void {
    for (const [pattern, rule] of texts)
      for (const { 0: found, 1: module, index } of text.matchAll(pattern)) {
        const isOld = index + found.length <= this.#edge.length;
        if (isOld || (module !== undefined && safeModules.test(module))) continue;
        this.#telling.found(rule, `There is a configuration with ${found.slice(0, 200)}.`, start + index);
      }
  }
}
