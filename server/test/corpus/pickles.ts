// Pickles, bad and good, of every protocol and in every place.
import { join, npy, type Sample, sample, u32, u64 } from './bytes.ts';

const short = (text: string) => join(Buffer.of(0x8c, Buffer.byteLength(text)), text);
const long = (text: string) => join('X', u32(Buffer.byteLength(text)), text);
const protocol = (version: number, ...parts: readonly (Uint8Array | string)[]) =>
  join(Buffer.of(0x80, version), ...parts);
const framed = (body: Uint8Array, lengthBytes = body.length) =>
  protocol(4, Buffer.of(0x95), u64(lengthBytes), body);
const op = (...codes: readonly number[]) => Buffer.from(codes);
const [stackGlobal, newObj, memoize] = [op(0x93), op(0x81), op(0x94)];

/** The ways to name a global and to call it with one text. */
const callers: Readonly<Record<string, (module: string, name: string, argument: string) => Buffer>> = {
  'GLOBAL and REDUCE': (module, name, argument) => join(`c${module}\n${name}\n(S'${argument}'\ntR.`),
  'GLOBAL in protocol 2': (module, name, argument) =>
    protocol(2, `c${module}\n${name}\n`, long(argument), op(0x85), 'R.'),
  STACK_GLOBAL: (module, name, argument) =>
    framed(join(short(module), short(name), stackGlobal, short(argument), op(0x85), 'R.')),
  'names out of the memo': (module, name, argument) =>
    protocol(
      4,
      short(module),
      memoize,
      '0',
      short(name),
      memoize,
      '0h\0h\x01',
      stackGlobal,
      short(argument),
      op(0x85),
      'R.',
    ),
  INST: (module, name, argument) => join(`(S'${argument}'\ni${module}\n${name}\n.`),
  OBJ: (module, name, argument) => join(`(c${module}\n${name}\nS'${argument}'\no.`),
  NEWOBJ: (module, name, argument) =>
    protocol(2, `c${module}\n${name}\n`, long(argument), op(0x85), newObj, '.'),
  'a call in a list': (module, name, argument) =>
    protocol(2, `](c${module}\n${name}\n`, long(argument), op(0x85), 'Re.'),
};

const functions: readonly (readonly [string, string])[] = [
  ['os', 'system'],
  ['posix', 'system'],
  ['nt', 'system'],
  ['subprocess', 'Popen'],
  ['builtins', 'eval'],
  ['__builtin__', 'exec'],
  ['builtins', 'getattr'],
  ['importlib', 'import_module'],
  ['runpy', '_run_code'],
  ['pty', 'spawn'],
  ['socket', 'create_connection'],
  ['shutil', 'rmtree'],
  ['pickle', 'loads'],
  ['dill', 'loads'],
  ['cloudpickle.cloudpickle', '_make_function'],
  ['dill._dill', '_create_function'],
  ['torch.hub', 'load'],
  ['torch._inductor.codecache', 'compile_file'],
  ['numpy.testing._private.utils', 'runstring'],
  ['numpy.f2py.crackfortran', 'getlincoef'],
  ['functools', 'partial'],
  ['operator', 'attrgetter'],
  ['operator', 'methodcaller'],
  ['timeit', 'timeit'],
  ['pdb', 'run'],
  ['cProfile', 'run'],
  ['doctest', 'debug_script'],
  ['pip', 'main'],
  ['bdb', 'Bdb.run'],
  ['asyncio.unix_events', '_UnixSubprocessTransport._start'],
  ['idlelib.pyshell', 'ModifiedInterpreter.runcommand'],
  ['lib2to3.pgen2.grammar', 'Grammar.loads'],
  ['ctypes', 'CDLL'],
  ['webbrowser', 'open'],
  ['my_models', 'Model'],
  ['collections', 'OrderedDict.__init_subclass__'],
  ['sklearn.externals.joblib', 'load'],
  ['joblib.numpy_pickle', 'NDArrayWrapper'],
  ['colleсtions', 'OrderedDict'],
];

const call = join("cos\nsystem\n(S'id'\ntR.");
const harmless = protocol(2, '].');
const wrapperClass = 'cjoblib.numpy_pickle\nNumpyArrayWrapper\n';

/** An array as joblib writes it: the wrapper, and its elements in the stream. */
export function joblibArray(
  data: Uint8Array,
  { padded = true, shape = data.length, dtype = 'u1', flags = 0 } = {},
): Buffer {
  const type = join(
    'cnumpy\ndtype\n',
    long(dtype),
    op(0x89, 0x88, 0x87),
    'R',
    `(K\x03`,
    long('|'),
    'NNNJ',
    op(255, 255, 255, 255),
    'J',
    op(255, 255, 255, 255),
    'K',
    op(flags),
    'tb',
  );
  const state = join(
    '}(',
    ...[
      long('subclass'),
      'cnumpy\nndarray\n',
      long('shape'),
      'J',
      u32(shape),
      op(0x85),
      long('order'),
      long('C'),
    ],
    ...[long('dtype'), type, long('allow_mmap'), op(0x88)],
    ...(padded ? [long('numpy_array_alignment_bytes'), 'K\x10'] : []),
    'ub',
  );
  return join(wrapperClass, ')', newObj, state, ...(padded ? [op(3, 255, 255, 255)] : []), data);
}

const raw = Buffer.from(Array.from({ length: 64 }, (_, i) => (i * 37) % 251));
const legacyTorch = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');
const objects = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }";

export function badPickles(): Sample[] {
  const ways = Object.entries(callers);
  return [
    ...functions.map(([module, name], i) => {
      const [way, write] = ways[i % ways.length] ?? ['', () => Buffer.alloc(0)];
      return sample(`${module}.${name} by ${way}`, 'model.pkl', write(module, name, 'id'));
    }),
    ...ways.map(([way, write]) =>
      sample(`os.system by ${way}`, 'data/file.bin', write('os', 'system', 'id')),
    ),
    sample('in a text', 'notes.txt', call),
    sample('without its end', 'notes.txt', call.subarray(0, -1)),
    sample('broken behind the call', 'a.pkl', join(call.subarray(0, -1), op(0xff))),
    sample('behind another', 'a.pkl', join(harmless, call)),
    sample('behind a hundred others', 'a.pkl', join(...Array(100).fill(harmless), call)),
    sample('behind data', 'weights.bin', join(Buffer.alloc(5000, 0xfe), protocol(2, call))),
    sample('behind data, of the oldest protocol', 'weights.bin', join(Buffer.alloc(5000, 0xfe), call)),
    sample('behind data, by INST', 'weights.bin', join(Buffer.alloc(5000, 0xfe), "(S'id'\nios\nsystem\n.")),
    sample('that begins as GGUF does', 'model.gguf', join('GGUFxxxxx0', call)),
    sample(
      'that has the signature of a tape archive',
      'a.pkl',
      join(op(0x80, 4, 0x58), u32(300), Buffer.alloc(250, 0x61), 'ustar', Buffer.alloc(45, 0x61), '0', call),
    ),
    sample('that has the signature of TensorFlow Lite', 'a.tflite', join('U\x07abTFL3xyz0', call)),
    sample('with an extension code', 'a.pkl', protocol(2, op(0x82, 7), ')R.')),
    sample(
      'with a computed name',
      'a.pkl',
      protocol(
        4,
        'c_codecs\nencode\n',
        short('bf'),
        short('rot13'),
        op(0x86),
        'R',
        short('system'),
        stackGlobal,
        short('id'),
        op(0x85),
        'R.',
      ),
    ),
    sample('with a call of a result', 'a.pkl', protocol(2, 'ccollections\nOrderedDict\n)R)R.')),
    sample('that changes a class', 'a.pkl', protocol(2, 'ccollections\nOrderedDict\n}b.')),
    sample('with a memo number with a sign', 'a.dat', join("S'x'\np +1\n0", call)),
    sample('with a memo number behind many spaces', 'a.dat', join(`S'x'\np${' '.repeat(20_000)}1\n0`, call)),
    sample(
      'with a name longer than a line should be',
      'a.dat',
      join(`cos\n${'__class__.'.repeat(2_000)}x\n(tR.`),
    ),
    sample('with a million values in front', 'a.dat', join(Buffer.alloc(1_000_000, 'N'), call)),
    sample('with marks and values by turns', 'a.dat', join(Buffer.alloc(10_000_000, '(N'), call)),
    sample(
      'with a frame that ends inside an opcode',
      'a.pkl',
      protocol(4, op(0x95), u64(4), 'U\x06system0N.'),
    ),
    sample(
      'with a frame that goes on behind its end',
      'a.pkl',
      join(framed(join('N.'), 20), Buffer.alloc(30, 'N')),
    ),
    sample('whose name ends with the file', 'a.dat', join("(S'id'\nios\nsystemX")),
    sample('in an array of objects', 'a.npy', npy(objects, protocol(2, call))),
    sample(
      'in an array of joblib',
      'a.joblib',
      protocol(2, joblibArray(protocol(2, call), { dtype: 'O8', flags: 63, shape: 1, padded: false }), '.'),
    ),
    sample(
      'behind an array of joblib',
      'a.joblib',
      protocol(2, '(', joblibArray(raw), call.subarray(0, -1), 't.'),
    ),
    sample(
      'in the elements of an array, for pickle’s loader',
      'a.pkl',
      protocol(2, joblibArray(join('0', call), { padded: false }), '.'),
    ),
    sample(
      'with an array of joblib made in another way',
      'a.joblib',
      protocol(2, 'ccopyreg\n_reconstructor\n(', wrapperClass, 'cbuiltins\nobject\nNtR.'),
    ),
    sample(
      'in torch’s old format',
      'a.pt',
      join(legacyTorch, harmless, harmless, protocol(2, call), harmless, raw),
    ),
    sample(
      'behind torch’s old format',
      'a.pt',
      join(legacyTorch, harmless, harmless, harmless, harmless, raw, protocol(2, call)),
    ),
    sample('cut short', 'a.pkl', harmless.subarray(0, 3)),
    sample('that is none', 'a.joblib', 'Hello, world!'),
    sample('of a later protocol', 'a.pkl', protocol(9, 'N.')),
    sample(
      'with a memo kept from the one before',
      'a.pkl',
      join(
        protocol(4, short('os'), memoize, '0', short('system'), memoize, '.'),
        protocol(4, 'h\0h\x01', stackGlobal, short('id'), op(0x85), 'R.'),
      ),
    ),
  ];
}

const classes: readonly (readonly [string, string])[] = [
  ['collections', 'OrderedDict'],
  ['collections', 'defaultdict'],
  ['datetime', 'datetime'],
  ['decimal', 'Decimal'],
  ['numpy', 'ndarray'],
  ['numpy', 'dtype'],
  ['numpy.core.multiarray', '_reconstruct'],
  ['numpy._core.multiarray', 'scalar'],
  ['torch._utils', '_rebuild_tensor_v2'],
  ['torch', 'FloatStorage'],
  ['torch', 'Size'],
  ['torch.nn.parameter', 'Parameter'],
  ['pandas.core.frame', 'DataFrame'],
  ['pandas.core.internals.managers', 'BlockManager'],
  ['sklearn.linear_model._logistic', 'LogisticRegression'],
  ['sklearn.ensemble._forest', 'RandomForestClassifier'],
  ['sklearn.tree._tree', 'Tree'],
  ['sklearn.pipeline', 'Pipeline'],
  ['scipy.sparse._csr', 'csr_matrix'],
  ['copy_reg', '_reconstructor'],
  ['builtins', 'set'],
  ['pathlib', 'PosixPath'],
];

export function goodPickles(): Sample[] {
  return [
    ...classes.map(([module, name], i) =>
      sample(
        `${module}.${name}`,
        'model.pkl',
        i % 2 === 0
          ? protocol(2, `c${module}\n${name}\nq\0.`)
          : framed(join(short(module), memoize, short(name), memoize, stackGlobal, memoize, '.')),
      ),
    ),
    ...[0, 1, 2, 3, 4, 5].map((version) =>
      sample(
        `plain data, protocol ${version}`,
        'a.pkl',
        join(version < 2 ? '' : op(0x80, version), "(I1\nS'a'\n(lp0\nt."),
      ),
    ),
    sample('several', 'a.pkl', join(harmless, harmless, harmless)),
    sample('an object with a state', 'a.pkl', protocol(2, 'ccollections\nOrderedDict\n)R}b.')),
    sample('a large text', 'a.pkl', protocol(4, long('x'.repeat(100_000)), '.')),
    sample('large bytes', 'a.pkl', protocol(4, op(0x8e), u64(70_000), Buffer.alloc(70_000, 0x63), '.')),
    sample('an array of joblib', 'a.joblib', protocol(2, joblibArray(raw), '.')),
    sample(
      'arrays of joblib in a tuple',
      'a.joblib',
      protocol(2, '(', joblibArray(raw), joblibArray(raw, { padded: false }), 't.'),
    ),
    sample(
      'an array of objects of joblib',
      'a.joblib',
      protocol(2, joblibArray(harmless, { dtype: 'O8', flags: 63, shape: 1, padded: false }), '.'),
    ),
    sample('torch’s old format', 'a.pt', join(legacyTorch, harmless, harmless, harmless, harmless, raw)),
    sample('an array of objects', 'a.npy', npy(objects, protocol(2, '].'))),
    sample('a text that begins as one', 'vocab.txt', 'cos\nsystem\ncat\ndog\n'),
    sample('a program', 'main.py', 'import os\nos.system("id")\n'),
    sample('a table', 'cities.csv', 'city\nLondon\nParis\n'),
    sample(
      'weights without a header',
      'weights.bin',
      Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * i * 7919) % 251)),
    ),
    sample('weights of one byte', 'weights.bin', Buffer.alloc(100_000, 0x88)),
    sample('zeros', 'zeros.bin', Buffer.alloc(100_000)),
  ];
}
