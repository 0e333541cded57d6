// What a loader would do at each opcode, done with names instead of things: nothing is looked up, called or built.
import type { GlobalVerdict } from './known-globals.ts';
import { opcodes } from './opcodes.ts';
import { BrokenPickle, GlobalReference, mark, opaque, SymbolicStack, type Value } from './symbolic-stack.ts';

export type PickleRule =
  | 'pickle.dangerous-global'
  | 'pickle.unknown-global'
  | 'pickle.hidden-global'
  | 'pickle.hidden-call'
  | 'pickle.changed-global'
  | 'pickle.extension-code'
  | 'pickle.persistent-id';

export interface PickleFinding {
  readonly rule: PickleRule;
  readonly opcode: string;
  /** Of the opcode, from the first byte of the pickle. */
  readonly offset: number;
  /** `module.name`, where it is about one. */
  readonly global?: string;
}

export interface PickleJudge {
  readonly judge: (module: string, name: string) => GlobalVerdict;
  readonly report: (finding: PickleFinding) => void;
}

/** A number, a short text, two names; null where the argument is of no interest or there is none. */
export type Given = number | string | readonly [module: string, name: string] | null;

const highestProtocol = 5;

export class SymbolicLoader {
  readonly stack = new SymbolicStack();
  readonly #judge: PickleJudge;
  #opcode = '';
  #offset = 0;
  stopped = false;
  hasCalled = false;

  constructor(judge: PickleJudge) {
    this.#judge = judge;
  }

  /** Throws a `BrokenPickle` where a loader would raise. */
  run(code: number, given: Given, offset: number): void {
    this.#opcode = opcodes[code]?.name ?? '';
    this.#offset = offset;
    effects[code]?.(this, given);
  }

  report(rule: PickleRule, global?: string): void {
    const found = { rule, opcode: this.#opcode, offset: this.#offset };
    this.#judge.report(global === undefined ? found : { ...found, global });
  }

  /** A loader imports the module of what it looks up before anything is called: so looking up alone counts. */
  lookUp(module: Value, name: Value): Value {
    if (typeof module !== 'string' || typeof name !== 'string') {
      this.report('pickle.hidden-global');
      return opaque;
    }
    const reference = new GlobalReference(module, name);
    const verdict = this.#judge.judge(module, name);
    if (verdict !== 'safe') this.report(`pickle.${verdict}-global`, reference.path);
    return reference;
  }

  /** What is called must have been looked up by its name: the result of another call may be anything. */
  call(target: Value | undefined): void {
    if (target === undefined) throw new BrokenPickle('a call without anything to call');
    this.hasCalled = true;
    if (!(target instanceof GlobalReference)) this.report('pickle.hidden-call');
    this.stack.push(opaque);
  }
}

type Effect = (loader: SymbolicLoader, given: Given) => void;

const constant: Effect = ({ stack }) => stack.push(opaque);

const text: Effect = ({ stack }, given) => stack.push(typeof given === 'string' ? given : opaque);

/** Takes so many values, or all down to the mark, and makes one of them. */
function built(from: number | 'mark'): Effect {
  return ({ stack }) => {
    taken(stack, from);
    stack.push(opaque);
  };
}

/** Takes so many values, or all down to the mark, and puts them into the container below. */
function filled(with_: number | 'mark'): Effect {
  return ({ stack }) => {
    taken(stack, with_);
    stack.top();
  };
}

function taken(stack: SymbolicStack, count: number | 'mark'): void {
  if (count === 'mark') stack.popToMark();
  else for (let i = 0; i < count; i++) stack.pop();
}

/** Calls what lies under so many arguments. */
function called(argumentsAbove: number): Effect {
  return (loader) => {
    taken(loader.stack, argumentsAbove);
    loader.call(loader.stack.pop());
  };
}

const recall: Effect = ({ stack }, given) => stack.recall(memoIndex(given));
const memoize: Effect = ({ stack }, given) => stack.memoize(memoIndex(given));

function memoIndex(given: Given): number {
  const index = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : given;
  if (typeof index !== 'number') throw new BrokenPickle('the number of a memo entry is none');
  return index;
}

const extension: Effect = (loader) => {
  loader.report('pickle.extension-code');
  loader.stack.push(opaque);
};

/** The text of STRING stands in quotes. Escapes stay as they are: no name that is known has any. */
const quoted: Effect = (loader, given) =>
  text(loader, typeof given === 'string' ? given.replace(/^(['"])(.*)\1\s*$/s, '$2') : null);

const byName: Readonly<Record<string, Effect>> = {
  PROTO: (_, given) => {
    if (Number(given) > highestProtocol) throw new BrokenPickle(`protocol ${given} is not known`);
  },
  FRAME: () => {},
  STOP: (loader) => {
    loader.stack.pop();
    loader.stopped = true;
  },
  MARK: ({ stack }) => stack.push(mark),
  POP: ({ stack }) => stack.drop(),
  POP_MARK: ({ stack }) => void stack.popToMark(),
  DUP: ({ stack }) => stack.push(stack.top()),

  GET: recall,
  BINGET: recall,
  LONG_BINGET: recall,
  PUT: memoize,
  BINPUT: memoize,
  LONG_BINPUT: memoize,
  MEMOIZE: ({ stack }) => stack.memoize(stack.memoSize),

  GLOBAL: (loader, given) => {
    const [module, name] = namesOf(given);
    loader.stack.push(loader.lookUp(module, name));
  },
  STACK_GLOBAL: (loader) => {
    const name = loader.stack.pop();
    const module = loader.stack.pop();
    loader.stack.push(loader.lookUp(module, name));
  },
  EXT1: extension,
  EXT2: extension,
  EXT4: extension,

  REDUCE: called(1),
  NEWOBJ: called(1),
  NEWOBJ_EX: called(2),
  OBJ: (loader) => loader.call(loader.stack.popToMark().first),
  INST: (loader, given) => {
    const [module, name] = namesOf(given);
    loader.stack.popToMark();
    loader.call(loader.lookUp(module, name));
  },
  BUILD: (loader) => {
    loader.stack.pop();
    loader.hasCalled = true;
    // A class or function that gets a state is changed for the whole program that loads it.
    if (loader.stack.top() instanceof GlobalReference) loader.report('pickle.changed-global');
  },
  PERSID: (loader) => {
    loader.report('pickle.persistent-id');
    loader.stack.push(opaque);
  },
  BINPERSID: (loader) => {
    loader.stack.pop();
    loader.report('pickle.persistent-id');
    loader.stack.push(opaque);
  },

  STRING: quoted,
  BINSTRING: text,
  SHORT_BINSTRING: text,
  UNICODE: text,
  BINUNICODE: text,
  SHORT_BINUNICODE: text,
  BINUNICODE8: text,

  APPEND: filled(1),
  APPENDS: filled('mark'),
  SETITEM: filled(2),
  SETITEMS: filled('mark'),
  ADDITEMS: filled('mark'),
  DICT: built('mark'),
  LIST: built('mark'),
  TUPLE: built('mark'),
  FROZENSET: built('mark'),
  TUPLE1: built(1),
  TUPLE2: built(2),
  TUPLE3: built(3),
  READONLY_BUFFER: built(1),
};

/** By code; what has no effect of its own pushes a constant. */
const effects: readonly (Effect | undefined)[] = opcodes.map(
  (opcode) => opcode && (byName[opcode.name] ?? constant),
);

function namesOf(given: Given): readonly [string, string] {
  if (typeof given !== 'object' || given === null) throw new BrokenPickle('the name of a global is missing');
  return given;
}
