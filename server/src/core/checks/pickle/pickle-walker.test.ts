import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeGlobal } from './known-globals.ts';
import { opcodes } from './opcodes.ts';
import { PickleWalker } from './pickle-walker.ts';
import type { PickleFinding } from './symbolic-loader.ts';

/** Opcodes by name, texts and numbers as their arguments stand in the stream. */
function pickle(...parts: readonly (string | Uint8Array | number)[]): Buffer {
  const bytes = parts.map((part) => {
    if (typeof part === 'number') return Buffer.of(part);
    if (typeof part !== 'string') return part;
    const code = opcodes.findIndex((opcode) => opcode?.name === part);
    return code < 0 ? Buffer.from(part) : Buffer.of(code);
  });
  return Buffer.concat(bytes);
}

const short = (text: string) => pickle('SHORT_BINUNICODE', Buffer.byteLength(text), Buffer.from(text));
const named = (module: string, name: string) => pickle('GLOBAL', Buffer.from(`${module}\n${name}\n`));

function walk(bytes: Uint8Array, pieceBytes = bytes.length) {
  const found: PickleFinding[] = [];
  const walker = new PickleWalker({ judge: judgeGlobal, report: (finding) => found.push(finding) });
  let used = 0;
  for (let at = 0; at < bytes.length; at += pieceBytes)
    used += walker.push(bytes.subarray(at, at + pieceBytes));
  return { found, problem: walker.problem(), used };
}

const told = (bytes: Uint8Array) => walk(bytes).found.map(({ rule, global }) => [rule, global]);

const dangerous: Readonly<Record<string, Buffer>> = {
  'GLOBAL and REDUCE': pickle(named('os', 'system'), 'MARK', short('id'), 'TUPLE', 'REDUCE', 'STOP'),
  STACK_GLOBAL: pickle(
    0x80,
    4,
    short('os'),
    short('system'),
    'STACK_GLOBAL',
    short('id'),
    'TUPLE1',
    'REDUCE',
    'STOP',
  ),
  'a name out of the memo': pickle(
    ...[short('os'), 'MEMOIZE', 'POP', short('system'), 'MEMOIZE', 'POP'],
    ...['BINGET', 0, 'BINGET', 1, 'STACK_GLOBAL', 'STOP'],
  ),
  'a memo entry that is set again': pickle(
    ...[short('collections'), 'BINPUT', 7, 'POP', short('os'), 'BINPUT', 7, 'POP'],
    ...['BINGET', 7, short('system'), 'STACK_GLOBAL', 'STOP'],
  ),
  INST: pickle('MARK', short('id'), 'INST', Buffer.from('os\nsystem\n'), 'STOP'),
  OBJ: pickle('MARK', named('os', 'system'), short('id'), 'OBJ', 'STOP'),
  NEWOBJ: pickle(named('os', 'system'), 'EMPTY_TUPLE', 'NEWOBJ', 'STOP'),
  NEWOBJ_EX: pickle(named('os', 'system'), 'EMPTY_TUPLE', 'EMPTY_DICT', 'NEWOBJ_EX', 'STOP'),
  'a mere look-up': pickle(named('os', 'system'), 'POP', 'NONE', 'STOP'),
  'UNICODE lines': pickle(
    'UNICODE',
    Buffer.from('os\n'),
    'UNICODE',
    Buffer.from('system\n'),
    'STACK_GLOBAL',
    'STOP',
  ),
  'STRING in quotes': pickle(
    'STRING',
    Buffer.from("'os'\n"),
    'STRING',
    Buffer.from('"system"\n'),
    'STACK_GLOBAL',
    'STOP',
  ),
  'a duplicate': pickle(short('os'), 'DUP', 'POP', short('system'), 'STACK_GLOBAL', 'STOP'),
};

describe('what a pickle would run', () => {
  for (const [how, bytes] of Object.entries(dangerous)) {
    test(`is told when it is reached by ${how}`, () => {
      const { found, problem } = walk(bytes);
      assert.deepEqual(
        found.map(({ rule, global }) => [rule, global]),
        [['pickle.dangerous-global', 'os.system']],
      );
      assert.equal(problem, null);
      assert.equal(opcodes[bytes[found[0]?.offset ?? -1] ?? 0]?.name, found[0]?.opcode);
    });

    test(`is told however its bytes come, when it is reached by ${how}`, () => {
      for (const pieceBytes of [1, 2, 3, 5]) assert.deepEqual(walk(bytes, pieceBytes), walk(bytes));
    });
  }

  test('is told of a pickle that breaks off or breaks after it', () => {
    const run = dangerous['GLOBAL and REDUCE'] ?? Buffer.alloc(0);
    const cut = walk(run.subarray(0, run.length - 1));
    assert.equal(cut.found.length, 1);
    assert.equal(cut.problem, 'it ends before its STOP');
    const broken = walk(Buffer.concat([run.subarray(0, run.length - 1), Buffer.of(0xff)]));
    assert.equal(broken.found.length, 1);
    assert.match(broken.problem ?? '', /0xff is no opcode, at byte 18/);
  });

  for (const [what, module, name, rule] of [
    ['a module that nobody has listed', 'my_package.models', 'Model', 'pickle.unknown-global'],
    ['a function beside a class that is safe', 'collections', 'namedtuple', 'pickle.unknown-global'],
    [
      'an attribute of a class that is safe',
      'collections',
      'OrderedDict.__reduce__',
      'pickle.unknown-global',
    ],
    ['an alias of builtins', '__builtin__', 'eval', 'pickle.dangerous-global'],
    ['getattr', 'builtins', 'getattr', 'pickle.dangerous-global'],
    ['a nested pickle', 'pickle', 'loads', 'pickle.dangerous-global'],
    ['a nested pickle of torch', 'torch.storage', '_load_from_bytes', 'pickle.dangerous-global'],
    ['a name that only looks alike', 'colleсtions', 'OrderedDict', 'pickle.unknown-global'],
    ['a module with a prefix that is safe', 'sklearn.externals.joblib', 'load', 'pickle.dangerous-global'],
    ['a function of an estimator’s module', 'sklearn.tree._classes', 'deepcopy', 'pickle.unknown-global'],
  ] as const) {
    test(`is told of ${what}`, () => {
      assert.deepEqual(told(pickle(named(module, name), 'STOP')), [[rule, `${module}.${name}`]]);
    });
  }

  for (const [what, rule, bytes] of [
    [
      'a name that is computed',
      'pickle.hidden-global',
      pickle(
        ...[named('_codecs', 'encode'), short('bf'), short('rot13'), 'TUPLE2', 'REDUCE', short('system')],
        ...['STACK_GLOBAL', 'STOP'],
      ),
    ],
    [
      'a name with other letters',
      'pickle.hidden-global',
      pickle(short('os '), short('system'), 'STACK_GLOBAL', 'STOP'),
    ],
    [
      'a name that is very long',
      'pickle.hidden-global',
      pickle('BINUNICODE', 1, 2, 0, 0, 'x'.repeat(513), short('x'), 'STACK_GLOBAL', 'STOP'),
    ],
    [
      'a call of what a call returned',
      'pickle.hidden-call',
      pickle(named('collections', 'OrderedDict'), 'EMPTY_TUPLE', 'REDUCE', 'EMPTY_TUPLE', 'REDUCE', 'STOP'),
    ],
    [
      'a state for a class',
      'pickle.changed-global',
      pickle(named('collections', 'OrderedDict'), 'EMPTY_DICT', 'BUILD', 'STOP'),
    ],
    ['an extension code of one byte', 'pickle.extension-code', pickle('EXT1', 1, 'STOP')],
    ['an extension code of two bytes', 'pickle.extension-code', pickle('EXT2', 1, 0, 'STOP')],
    ['an extension code of four bytes', 'pickle.extension-code', pickle('EXT4', 1, 0, 0, 0, 'STOP')],
    ['a persistent id', 'pickle.persistent-id', pickle('NONE', 'BINPERSID', 'STOP')],
    ['a persistent id in a line', 'pickle.persistent-id', pickle('PERSID', Buffer.from('x\n'), 'STOP')],
  ] as const) {
    test(`is told as hidden: ${what}`, () => {
      const { found } = walk(bytes);
      assert.deepEqual(
        found.map((finding) => finding.rule),
        [rule],
      );
    });
  }
});

describe('a pickle that a loader would refuse is never taken for whole:', () => {
  for (const [what, bytes, problem] of [
    ['an empty one', pickle(), /ends before its STOP/],
    ['one without a value', pickle('STOP'), /taken where there is none/],
    ['one of a later protocol', pickle('PROTO', 6, 'NONE', 'STOP'), /protocol 6/],
    [
      'a mark taken for a value',
      pickle('NONE', 'MARK', 'EMPTY_TUPLE', 'REDUCE', 'STOP'),
      /taken where there is none/,
    ],
    ['tuples without a mark', pickle('NONE', 'TUPLE', 'STOP'), /no mark/],
    ['a memo entry that was never set', pickle('BINGET', 3, 'STOP'), /memo entry 3/],
    ['a memo entry that is no number', pickle('GET', Buffer.from('x\n'), 'STOP'), /memo entry/],
    ['a line of names without an end', pickle('GLOBAL', 'x'.repeat(70_000)), /ends before its STOP/],
    [
      'a text longer than the stream',
      pickle('BINUNICODE8', Buffer.alloc(8, 0x7f), 'x'),
      /ends before its STOP/,
    ],
    ['bytes longer than the stream', pickle('BINBYTES8', Buffer.alloc(8, 0x7f), 'x'), /ends before its STOP/],
    ['a negative length', pickle('BINSTRING', Buffer.alloc(4, 0xff), 'x'), /negative/],
    ['a call of nothing', pickle('MARK', 'OBJ', 'STOP'), /nothing that can be called/],
    ['a call of a text', pickle(short('os'), 'EMPTY_TUPLE', 'NEWOBJ', 'STOP'), /nothing that can be called/],
    ['a number taken for a name', pickle('NONE', short('x'), 'STACK_GLOBAL', 'STOP'), /is no text/],
  ] as const) {
    test(what, () => {
      assert.match(walk(bytes).problem ?? '', problem);
      assert.deepEqual(walk(bytes, 1).problem, walk(bytes).problem);
    });
  }
});

describe('a pickle of plain data', () => {
  test('is walked to its end without a finding, whatever its opcodes', () => {
    const bytes = pickle(
      ...['PROTO', 5, 'FRAME', Buffer.alloc(8), 'EMPTY_DICT', 'MEMOIZE', 'MARK'],
      ...[
        short('list'),
        'EMPTY_LIST',
        'MARK',
        'BININT1',
        1,
        'BININT2',
        1,
        2,
        'BININT',
        1,
        2,
        3,
        4,
        'APPENDS',
      ],
      ...[short('floats'), 'BINFLOAT', Buffer.alloc(8), short('none'), 'NONE', short('yes'), 'NEWTRUE'],
      ...[
        short('bytes'),
        'BINBYTES',
        4,
        0,
        0,
        0,
        'abcd',
        short('array'),
        'BYTEARRAY8',
        1,
        Buffer.alloc(7),
        'x',
      ],
      ...[
        short('tuple'),
        'NONE',
        'NONE',
        'NONE',
        'TUPLE3',
        short('set'),
        'EMPTY_SET',
        'MARK',
        'NONE',
        'ADDITEMS',
      ],
      ...[short('frozen'), 'MARK', 'NEWFALSE', 'FROZENSET', short('long'), 'LONG1', 2, 1, 2],
      ...[short('text'), 'BINUNICODE', 3, 0, 0, 0, 'öx', short('line'), 'INT', Buffer.from('12\n')],
      ...['SETITEMS', 'STOP'],
    );
    assert.deepEqual(walk(bytes), { found: [], problem: null, used: bytes.length });
    assert.deepEqual(walk(bytes, 1), walk(bytes));
  });

  test('takes no byte beyond its STOP', () => {
    const bytes = pickle('NONE', 'STOP', 'NONE', 'STOP');
    for (const pieceBytes of [1, 2, 3, 4]) assert.equal(walk(bytes, pieceBytes).used, 2);
  });

  test('may hold texts and bytes of any length', () => {
    const long = Buffer.alloc(100_000, 'y');
    const size = Buffer.alloc(4);
    size.writeUInt32LE(long.length);
    const bytes = pickle(
      'UNICODE',
      long,
      '\n',
      'BINUNICODE',
      size,
      long,
      'BINBYTES',
      size,
      long,
      'TUPLE3',
      'STOP',
    );
    for (const pieceBytes of [bytes.length, 4096, 70_000]) {
      assert.deepEqual(walk(bytes, pieceBytes), { found: [], problem: null, used: bytes.length });
    }
  });

  test('may name the classes of arrays, tensors, tables and estimators', () => {
    for (const [module, name] of [
      ['numpy.core.multiarray', '_reconstruct'],
      ['numpy._core.multiarray', 'scalar'],
      ['torch._utils', '_rebuild_tensor_v2'],
      ['torch', 'FloatStorage'],
      ['pandas.core.frame', 'DataFrame'],
      ['sklearn.ensemble._forest', 'RandomForestClassifier'],
      ['sklearn.pipeline', 'Pipeline'],
      ['collections', 'OrderedDict'],
      ['copy_reg', '_reconstructor'],
      ['joblib.numpy_pickle', 'NumpyArrayWrapper'],
    ] as const)
      assert.deepEqual(told(pickle(named(module, name), 'STOP')), []);
  });
});
