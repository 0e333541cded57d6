// QuickJS as the npm packages bring it: values go in and out as texts, numbers and bytes.
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
} from 'quickjs-emscripten-core';

type HostValue = string | number | Uint8Array | undefined;
/** As scripts call it, with texts, numbers and bytes, and return the same; what it throws, a script can catch. */
export type HostFunction = (...given: never[]) => unknown;

const pageBytes = 65_536;
/** Of the engine itself, beside what scripts take. */
const enginePages = 256;
const stackBytes = 256 * 1024;
const scriptName = 'validator.js';

/** What an ES module may import by name. */
const exportedNames: Readonly<Record<string, readonly string[]>> = {
  fs: ['readFileSync', 'existsSync', 'statSync', 'openSync', 'readSync', 'fstatSync', 'closeSync'],
  path: ['basename', 'dirname', 'extname', 'join'],
  crypto: ['createHash'],
  process: ['argv', 'exit'],
  zip: ['entries', 'read'],
  zlib: ['inflateRawSync'],
  buffer: ['Buffer'],
  assay: ['request'],
};

export async function startJavaScript(
  variant: QuickJSSyncVariant,
  memoryBytes: number,
): Promise<JavaScriptRuntime> {
  const { WebAssembly: maker } = globalThis as unknown as {
    WebAssembly: { Memory: new (pages: { initial: number; maximum: number }) => never };
  };
  const maximum = enginePages + Math.ceil(memoryBytes / pageBytes);
  const wasmMemory = new maker.Memory({ initial: enginePages, maximum });
  const engine = await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmMemory }));
  const runtime = engine.newRuntime();
  runtime.setMemoryLimit(memoryBytes);
  runtime.setMaxStackSize(stackBytes);
  return new JavaScriptRuntime(runtime);
}

export class JavaScriptRuntime {
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;

  constructor(runtime: QuickJSRuntime) {
    this.#runtime = runtime;
    this.#context = runtime.newContext();
  }

  /** Null, or why the source cannot be compiled. Nothing of it runs. */
  compile(source: string): string | null {
    const compiled = this.#context.evalCode(source, scriptName, {
      type: isModule(source) ? 'module' : 'global',
      compileOnly: true,
    });
    if (compiled.error === undefined) return null;
    const { message, lineNumber, stack } = this.#context.dump(compiled.error);
    const line = lineNumber ?? /validator\.js:(\d+)/.exec(String(stack))?.[1];
    return `line ${line ?? '?'}: ${message}`;
  }

  /** Evaluates what scripts find around them; it returns an object whose `goOn` does the next thing there is to do. */
  prepare(prelude: string, task: unknown, host: Readonly<Record<string, HostFunction>>): QuickJSHandle {
    const context = this.#context;
    const functions = context.newObject();
    for (const [name, implementation] of Object.entries(host)) {
      context.setProp(functions, name, this.#newFunction(name, implementation));
    }
    const about = context.unwrapResult(context.evalCode(`(${JSON.stringify(task)})`));
    const made = context.unwrapResult(context.evalCode(prelude, 'prelude.js'));
    const prepared = context.unwrapResult(context.callFunction(made, context.undefined, functions, about));
    this.#runtime.setModuleLoader(moduleFor);
    return context.getProp(prepared, 'goOn');
  }

  /** Runs the script until nothing is left to do. Returns only when it broke off, or came to no decision: why. */
  run(source: string, goOn: QuickJSHandle): string {
    const context = this.#context;
    const type = isModule(source) ? 'module' : 'global';
    const evaluated = context.evalCode(source, scriptName, { type });
    if (evaluated.error !== undefined) return this.#described(evaluated.error);
    for (;;) {
      const pending = this.#runtime.executePendingJobs();
      if (pending.error !== undefined) return this.#described(pending.error);
      const exported = type === 'module' ? this.#exportsOf(evaluated.value) : context.undefined;
      if (typeof exported === 'string') return exported;
      const step = context.callFunction(goOn, context.undefined, exported);
      if (step.error !== undefined) return this.#described(step.error);
      if (context.dump(step.value) !== true) return 'The script has ended without a decision.';
    }
  }

  /** Of a module that may wait for something; a text when it broke off. */
  #exportsOf(evaluated: QuickJSHandle): QuickJSHandle | string {
    const state = this.#context.getPromiseState(evaluated);
    if (state.type === 'fulfilled') return state.value;
    if (state.type === 'rejected') return this.#described(state.error);
    return this.#context.undefined;
  }

  #newFunction(name: string, implementation: HostFunction): QuickJSHandle {
    const context = this.#context;
    return context.newFunction(name, (...handles) => {
      try {
        const given = handles.map((handle) => this.#valueOf(handle));
        return this.#handleOf(implementation(...(given as never[])));
      } catch (error) {
        return { error: context.newError(String(error instanceof Error ? error.message : error)) };
      }
    });
  }

  #valueOf(handle: QuickJSHandle): HostValue {
    const context = this.#context;
    switch (context.typeof(handle)) {
      case 'string':
        return context.getString(handle);
      case 'number':
        return context.getNumber(handle);
      case 'object': {
        const bytes = context.getArrayBuffer(handle);
        const copy = Uint8Array.from(bytes.value);
        bytes.dispose();
        return copy;
      }
      default:
        return undefined;
    }
  }

  #handleOf(value: unknown): QuickJSHandle {
    const context = this.#context;
    if (typeof value === 'string') return context.newString(value);
    if (typeof value === 'number') return context.newNumber(value);
    if (value instanceof Uint8Array) return context.newArrayBuffer(Uint8Array.from(value).buffer);
    return context.undefined;
  }

  #described(error: QuickJSHandle): string {
    const told = this.#context.dump(error);
    if (typeof told !== 'object' || told === null) return String(told);
    return `${told.name}: ${told.message}\n${told.stack ?? ''}`.slice(0, 2_000);
  }
}

function isModule(source: string): boolean {
  return /^\s*(import\s*[\w{*'"]|export\s)/m.test(source);
}

function moduleFor(name: string): string {
  const plain = name.replace(/^node:/, '');
  const named = (exportedNames[plain] ?? []).map((one) => `export const ${one} = found.${one};`).join('\n');
  return `const found = require.call(null, ${JSON.stringify(plain)});\nexport default found;\n${named}`;
}
