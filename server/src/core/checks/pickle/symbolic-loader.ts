// What a loader would do at each opcode, done with names instead of things: nothing is looked up, called or built.
import { FollowedWrapper, isArrayWrapper, type Raw } from './joblib-array.ts';
import type { GlobalVerdict } from './known-globals.ts';
import { Constant, FollowedDict, FollowedTuple, FollowedType, ownersInNumpy } from './numpy-type.ts';
import { opcodes } from './opcodes.ts';
import {
  BrokenPickle,
  Followed,
  GlobalReference,
  made,
  mark,
  memoIndex,
  opaque,
  otherText,
  type SymbolicStack,
  type Value,
} from './symbolic-stack.ts';

export type PickleRule =
  | 'pickle.dangerous-global'
  | 'pickle.unknown-global'
  | 'pickle.hidden-global'
  | 'pickle.hidden-call'
  | 'pickle.changed-global'
  | 'pickle.forged-type'
  | 'pickle.extension-code'
  | 'pickle.ambiguous'
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
  readonly stack: SymbolicStack;
  readonly #judge: PickleJudge;
  readonly #readsJoblib: boolean;
  #opcode = '';
  #offset = 0;
  stopped = false;
  hasCalled = false;
  /** It has looked up something by what may be a name: chance alone does not bring that about. */
  hasNamed = false;
  /** The pickle holds arrays as joblib writes them. */
  #hasArrays = false;
  /** What was named whose arguments, or state, matter, and has not come to them. */
  awaited = 0;
  /** What joblib reads past the pickle at this point. */
  raw: Raw | null = null;

  /** `readsJoblib`: it does what joblib's loader does, which is otherwise pickle's. */
  constructor(judge: PickleJudge, stack: SymbolicStack, readsJoblib: boolean) {
    this.stack = stack;
    this.#judge = judge;
    this.#readsJoblib = readsJoblib;
  }

  /** Values are followed. */
  get follows(): boolean {
    return this.#hasArrays || this.awaited > 0;
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

  reportAt(offset: number, rule: PickleRule): void {
    this.#judge.report({ rule, opcode: 'FRAME', offset });
  }

  /** A loader imports the module of what it looks up before anything is called: so looking up alone counts. */
  lookUp(module: Value, name: Value): Value {
    // The pickle of an array inside another one, read with the memo of that: what should be numpy is any text, or
    // none, and the loader raises.
    const owner = this.#readsJoblib ? undefined : ownersInNumpy.get(name);
    if (owner !== undefined && typeof name === 'string') return this.#refer(owner, name);
    if (!mayBeText(module) || !mayBeText(name)) throw new BrokenPickle('the name of a global is no text');
    if (typeof module !== 'string' || typeof name !== 'string') {
      this.hasNamed = true;
      this.report('pickle.hidden-global');
      return made;
    }
    return this.#refer(module, name);
  }

  #refer(module: string, name: string): GlobalReference {
    this.hasNamed ||= isName.test(module) && isName.test(name);
    const verdict = this.#judge.judge(module, name);
    const reference = new GlobalReference(module, name, verdict === 'argument');
    if (verdict === 'dangerous' || verdict === 'unknown')
      this.report(`pickle.${verdict}-global`, reference.path);
    this.#hasArrays ||= this.#readsJoblib && isArrayWrapper(reference);
    this.expect(reference);
    return reference;
  }

  /** It is on the stack now. */
  expect(value: Value): void {
    if (isType(value) || isRebuilder(value)) this.awaited++;
  }

  /** What is called must have been looked up by its name: the result of another call may be anything. */
  call(target: Value | undefined): void {
    if (target !== made && !(target instanceof GlobalReference))
      throw new BrokenPickle('what is called is nothing that can be called');
    this.hasCalled = true;
    if (target === made) this.report('pickle.hidden-call');
    if (target instanceof GlobalReference && target.isArgument)
      this.report('pickle.dangerous-global', target.path);
    this.stack.push(made);
  }
}

const isName = /^[\p{L}_][\p{L}\p{N}_.<>]*$/u;

function mayBeText(value: Value): boolean {
  return typeof value === 'string' || value === otherText || value === made;
}

type Effect = (loader: SymbolicLoader, given: Given) => void;

const constant: Effect = ({ stack }) => stack.push(opaque);

const text: Effect = ({ stack }, given) => stack.push(typeof given === 'string' ? given : otherText);

const number: Effect = ({ stack, follows }, given) =>
  stack.push(follows && typeof given === 'number' ? new Constant(given) : opaque);

/** A number in digits; of INT, `00` and `01` are truth. */
const line: Effect = ({ stack, follows }, given) => {
  const digits = typeof given === 'string' && /^\s*(\d+)L?\s*$/.exec(given)?.[1];
  stack.push(follows && digits ? new Constant(Number(digits)) : opaque);
};

const fixed =
  (value: boolean | null): Effect =>
  ({ stack, follows }) =>
    stack.push(follows ? new Constant(value) : opaque);

/** Takes so many values, or all down to the mark, and makes one of them. */
function built(
  from: number | 'mark',
  make: (items: readonly Value[]) => Followed | null = () => null,
): Effect {
  return (loader) => {
    const items = taken(loader, from);
    loader.stack.push((loader.follows && make(items)) || opaque);
  };
}

const tuple = (items: readonly Value[]) => (items.length > longestFollowed ? null : new FollowedTuple(items));
const dict = (items: readonly Value[]) => {
  const made = new FollowedDict();
  made.add(items);
  return made;
};
/** A type's state has nine values, an array few dimensions. */
const longestFollowed = 64;

/** Takes so many values, or all down to the mark, and puts them into the container below. */
function filled(with_: number | 'mark'): Effect {
  return (loader) => {
    const items = taken(loader, with_);
    const container = loader.stack.top();
    if (!(container instanceof FollowedDict)) return;
    if (container.isSealed) loader.report('pickle.forged-type');
    container.add(items);
  };
}

/** The values taken, where any are followed. */
function taken(loader: SymbolicLoader, count: number | 'mark'): Value[] {
  const { stack, follows } = loader;
  let items: Value[] = [];
  if (count === 'mark') {
    if (follows) items = stack.aboveMark();
    stack.popToMark();
  } else {
    for (let i = 0; i < count; i++) items.unshift(stack.pop());
  }
  if (follows) for (const item of items) letGo(loader, item);
  return items;
}

/** Whoever gets hold of the class can make arrays that are not seen here, and of a dict, change it. */
function letGo(loader: SymbolicLoader, value: Value): void {
  if (isArrayWrapper(value)) loader.report('pickle.hidden-call');
  // Nor types.
  if (isType(value)) loader.report('pickle.forged-type');
  if (value instanceof FollowedDict) value.hasEscaped = true;
}

/** Calls what lies under so many arguments. */
function called(argumentsAbove: number, isNew = false): Effect {
  return (loader) => {
    const [args] = taken(loader, argumentsAbove);
    const target = loader.stack.pop();
    loader.call(target);
    follow(loader, target, args, isNew);
  };
}

/** Instances whose state is followed take the place of an opaque one. */
function follow(loader: SymbolicLoader, target: Value, args: Value | undefined, isNew: boolean): void {
  if (isArrayWrapper(target) && loader.follows) {
    if (!isNew) letGo(loader, target);
    loader.stack.pop();
    loader.stack.push(new FollowedWrapper());
  } else if (isType(target)) {
    loader.stack.pop();
    loader.stack.push(new FollowedType(args ?? opaque));
  } else if (isRebuilder(target)) {
    loader.awaited--;
    const [callee] = args instanceof FollowedTuple ? args.items : [];
    const isOfTorch = callee instanceof GlobalReference && /^torch(\._utils|\._tensor)?$/.test(callee.module);
    if (!isOfTorch) loader.report('pickle.hidden-call');
  }
}

function isType(value: Value | undefined): boolean {
  return value instanceof GlobalReference && value.path === 'numpy.dtype';
}

/** Calls the first of its arguments. */
function isRebuilder(value: Value | undefined): boolean {
  return value instanceof GlobalReference && value.path === 'torch._tensor._rebuild_from_type_v2';
}

const recall: Effect = (loader, given) => {
  loader.stack.recall(memoIndex(given));
  loader.expect(loader.stack.top());
};
const memoize: Effect = ({ stack }, given) => stack.memoize(memoIndex(given));

const extension: Effect = (loader) => {
  loader.report('pickle.extension-code');
  loader.stack.push(made);
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
  POP_MARK: ({ stack }) => stack.popToMark(),
  DUP: (loader) => {
    const { stack } = loader;
    stack.push(stack.top());
    loader.expect(stack.top());
  },

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
  NEWOBJ: called(1, true),
  NEWOBJ_EX: called(2, true),
  OBJ: (loader) => {
    const [target] = loader.stack.aboveMark();
    taken(loader, 'mark');
    loader.call(target);
    if (isType(target) || isRebuilder(target)) loader.report('pickle.hidden-call');
  },
  INST: (loader, given) => {
    const [module, name] = namesOf(given);
    // Python's own loader looks it up before it finds out that there is no mark.
    const target = loader.lookUp(module, name);
    taken(loader, 'mark');
    loader.call(target);
    if (isArrayWrapper(target) || isType(target) || isRebuilder(target)) loader.report('pickle.hidden-call');
  },
  BUILD: (loader) => {
    const state = loader.stack.pop();
    const target = loader.stack.top();
    // The method that takes the state.
    loader.hasCalled ||= typeof target !== 'string' && target !== opaque && target !== otherText;
    // A class or function that gets a state is changed for the whole program that loads it.
    if (target instanceof GlobalReference) loader.report('pickle.changed-global');
    if (target instanceof Followed) target.build(state);
    if (target instanceof FollowedType) {
      loader.awaited = Math.max(0, loader.awaited - 1);
      if (target.isForged) loader.report('pickle.forged-type');
    }
    if (!(target instanceof FollowedWrapper)) {
      letGo(loader, state);
      return;
    }
    loader.raw = target.raw();
    loader.stack.pop();
    loader.stack.push(loader.raw.is === 'pickle' ? made : opaque);
  },
  PERSID: (loader) => {
    loader.report('pickle.persistent-id');
    loader.stack.push(made);
  },
  BINPERSID: (loader) => {
    loader.stack.pop();
    loader.report('pickle.persistent-id');
    loader.stack.push(made);
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
  DICT: built('mark', dict),
  LIST: built('mark'),
  TUPLE: built('mark', tuple),
  FROZENSET: built('mark'),
  EMPTY_TUPLE: built(0, tuple),
  TUPLE1: built(1, tuple),
  TUPLE2: built(2, tuple),
  TUPLE3: built(3, tuple),
  EMPTY_DICT: built(0, () => new FollowedDict()),
  NONE: fixed(null),
  NEWTRUE: fixed(true),
  NEWFALSE: fixed(false),
  BININT: number,
  BININT1: number,
  BININT2: number,
  LONG1: number,
  INT: line,
  LONG: line,
  READONLY_BUFFER: built(1),
};

/** By code; what has no effect of its own pushes a constant. */
const effects: readonly (Effect | undefined)[] = opcodes.map(
  (opcode) => opcode && (byName[opcode.name] ?? constant),
);

/** Names that are too long to be kept are none that anybody knows. */
function namesOf(given: Given): readonly [Value, Value] {
  return typeof given === 'object' && given !== null ? given : [otherText, otherText];
}
