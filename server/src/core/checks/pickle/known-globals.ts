// Which classes and functions a pickle may name. Allow-list: whatever is not safe here is refused, whether anybody
// has heard of it or not. The dangerous ones are told apart only so that the finding can say what is the matter.
//
// Something is safe when calling it with any arguments, and giving what it returns any state, runs nothing that the
// pickle could choose: no lookup of attributes by name, no import, no evaluation, no file, no network, no nested
// pickle. `fix_imports` of Python 3 renames modules of Python 2 when protocols 0 to 2 are loaded, so both names count.

export type GlobalVerdict =
  | 'safe'
  /** To be named for others to make; called, it takes bytes for the addresses of objects. */
  | 'argument'
  | 'dangerous'
  | 'unknown';

const names = (module: string, list: string): readonly string[] =>
  list.split(' ').map((name) => `${module}.${name}`);

const builtinTypes =
  'bool bytearray bytes complex dict float frozenset int list object range set slice str tuple Ellipsis NotImplemented NoneType';
const exceptions =
  'Exception ArithmeticError AssertionError AttributeError KeyError IndexError LookupError NotImplementedError OSError RuntimeError StopIteration TypeError ValueError ZeroDivisionError';

const numpyTypes =
  'ndarray dtype matrix recarray record bool_ bool8 int8 int16 int32 int64 uint8 uint16 uint32 uint64 intc intp uintc uintp longlong ulonglong float16 float32 float64 float128 longdouble complex64 complex128 complex256 clongdouble str_ bytes_ unicode_ string_ void datetime64 timedelta64 object_ ufunc';
const torchStorages =
  'BFloat16Storage BoolStorage ByteStorage CharStorage ComplexDoubleStorage ComplexFloatStorage DoubleStorage FloatStorage HalfStorage IntStorage LongStorage QInt32Storage QInt8Storage QUInt8Storage QUInt4x2Storage QUInt2x4Storage ShortStorage';
const torchTypes =
  'Tensor Size device dtype memory_format layout bfloat16 bool complex128 complex32 complex64 double float float16 float32 float64 float8_e4m3fn float8_e5m2 half int int16 int32 int64 int8 long short uint8 qint32 qint8 quint8 strided sparse_coo per_tensor_affine per_channel_affine contiguous_format preserve_format channels_last';

const pandasTypes =
  'DataFrame Series Index RangeIndex MultiIndex DatetimeIndex TimedeltaIndex PeriodIndex IntervalIndex CategoricalIndex Timestamp Timedelta Period Interval Categorical CategoricalDtype DatetimeTZDtype PeriodDtype IntervalDtype StringDtype BooleanDtype Float32Dtype Float64Dtype Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype ArrowDtype ArrowStringArray ArrowExtensionArray StringArray DatetimeArray TimedeltaArray PeriodArray IntervalArray IntegerArray FloatingArray BooleanArray SparseArray NumpyExtensionArray';

const safe: ReadonlySet<string> = new Set([
  ...names('builtins', `${builtinTypes} ${exceptions}`),
  ...names('__builtin__', `${builtinTypes} ${exceptions} long unicode xrange`),
  ...names('exceptions', exceptions),
  ...names('collections', 'OrderedDict defaultdict deque Counter ChainMap UserDict UserList UserString'),
  ...names('datetime', 'date datetime time timedelta timezone'),
  ...names('zoneinfo', 'ZoneInfo._unpickle'),
  ...names('decimal', 'Decimal'),
  ...names('fractions', 'Fraction'),
  ...names('uuid', 'UUID SafeUUID'),
  ...names('array', 'array _array_reconstructor'),
  ...names('pathlib', 'Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath'),
  ...names('pathlib._local', 'Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath'),
  ...names('types', 'SimpleNamespace'),
  ...names('argparse', 'Namespace'),
  ...names('random', 'Random'),
  // Makes an instance of a class that has to be named, and judged, itself.
  ...names('copyreg', '_reconstructor'),
  ...names('copy_reg', '_reconstructor'),
  ...names('_codecs', 'encode'),

  ...names('numpy', numpyTypes),
  ...['numpy.core', 'numpy._core'].flatMap((core) => [
    ...names(`${core}.multiarray`, '_reconstruct scalar'),
    ...names(`${core}.numeric`, '_frombuffer'),
    ...names(`${core}.numerictypes`, numpyTypes),
    ...names(`${core}.records`, 'recarray record'),
  ]),
  ...names('numpy.ma.core', 'MaskedArray _mareconstruct'),
  ...names('numpy.ma', 'MaskedArray'),
  ...names('numpy.rec', 'record'),
  ...names('numpy.dtypes', 'StringDType'),
  ...names('numpy.random', 'Generator RandomState'),
  ...names('numpy.random._pickle', '__randomstate_ctor __generator_ctor __bit_generator_ctor'),
  ...names('numpy.random._mt19937', 'MT19937'),
  ...names('numpy.random._pcg64', 'PCG64 PCG64DXSM'),
  ...names('numpy.random._philox', 'Philox'),
  ...names('numpy.random._sfc64', 'SFC64'),
  ...names('numpy.random.mtrand', 'RandomState'),
  ...names('numpy.random.bit_generator', 'SeedSequence __pyx_unpickle_SeedSequence'),

  ...names('torch', `${torchTypes} ${torchStorages}`),
  ...names('torch.storage', 'TypedStorage UntypedStorage _TypedStorage _UntypedStorage'),
  ...names('torch.cuda', torchStorages.replaceAll('Q', '_Q')),
  ...names('torch._tensor', '_rebuild_from_type_v2'),
  ...names(
    'torch._utils',
    '_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor _rebuild_sparse_csr_tensor _rebuild_meta_tensor_no_storage _rebuild_nested_tensor _rebuild_wrapper_subclass _rebuild_device_tensor_from_numpy _rebuild_device_tensor_from_cpu_tensor',
  ),
  ...names('torch.nn.parameter', 'Parameter Buffer UninitializedParameter'),
  ...names('torch.serialization', '_get_layout'),
  ...names('torch.torch_version', 'TorchVersion'),

  ...names('scipy.sparse', 'csr_matrix csc_matrix coo_matrix csr_array csc_array coo_array'),
  ...names('scipy.sparse._csr', 'csr_matrix csr_array'),
  ...names('scipy.sparse._csc', 'csc_matrix csc_array'),
  ...names('scipy.sparse._coo', 'coo_matrix coo_array'),
  ...names('scipy.sparse.csr', 'csr_matrix'),
  ...names('scipy.sparse.csc', 'csc_matrix'),

  ...['pandas', 'pandas.arrays'].flatMap((module) => names(module, pandasTypes)),
  // Arrays by their buffers.
  ...names('pyarrow.lib', '_restore_array py_buffer type_for_alias'),
  ...names('pandas.core.frame', 'DataFrame'),
  ...names('pandas.core.series', 'Series'),
  ...names('pandas.core.internals.managers', 'BlockManager SingleBlockManager'),
  ...names('pandas._libs.internals', '_unpickle_block BlockManager'),
  ...names('pandas.core.indexes.base', 'Index _new_Index'),
  ...names('pandas.core.indexes.range', 'RangeIndex'),
  ...names('pandas.core.indexes.numeric', 'Int64Index Float64Index UInt64Index'),
  ...names('pandas.core.indexes.multi', 'MultiIndex'),
  ...names('pandas.core.indexes.category', 'CategoricalIndex'),
  ...names('pandas.core.indexes.datetimes', 'DatetimeIndex _new_DatetimeIndex'),
  ...names('pandas.core.arrays.categorical', 'Categorical'),
  ...names('pandas.core.arrays.datetimes', 'DatetimeArray'),
  ...names('pandas.core.arrays.string_', 'StringArray StringDtype'),
  ...names('pandas.core.arrays.integer', 'IntegerArray Int64Dtype'),
  ...names('pandas.core.dtypes.dtypes', 'CategoricalDtype DatetimeTZDtype'),
  ...names('pandas._libs.tslibs.timestamps', 'Timestamp _unpickle_timestamp'),
  ...names('pandas._libs.tslibs.nattype', '_nat_unpickle'),
  ...names('pandas.core.arrays.string_arrow', 'ArrowStringArray'),
  ...names('pandas._libs.tslibs.timedeltas', 'Timedelta _timedelta_unpickle'),
  ...names('pandas._libs.tslibs.offsets', 'Day Hour Minute Second'),
  ...names('pandas._libs.arrays', '__pyx_unpickle_NDArrayBacked'),

  // What follows it in the stream is read by joblib; see joblib-array.ts. Its older kin opens other files.
  ...names('joblib.numpy_pickle', 'NumpyArrayWrapper'),
]);

/** `numpy.ndarray((1,), object, b'…')` takes the bytes for addresses; picklers call `_reconstruct` with it. */
const arguments_: ReadonlySet<string> = new Set([
  ...names('numpy', 'ndarray recarray'),
  ...names('numpy.rec', 'recarray'),
  ...['numpy.core', 'numpy._core'].flatMap((core) => [
    ...names(`${core}.numerictypes`, 'ndarray recarray'),
    ...names(`${core}.records`, 'recarray'),
  ]),
]);

/**
 * The estimators of scikit-learn: classes, which its modules name in capitals, out of the modules that hold estimators.
 * A parameter that is a function is named, and judged, by itself.
 */
const estimators =
  /^sklearn\.(_loss|base|calibration|cluster|compose|covariance|cross_decomposition|decomposition|discriminant_analysis|dummy|ensemble|feature_extraction|feature_selection|gaussian_process|impute|isotonic|kernel_approximation|kernel_ridge|linear_model|manifold|metrics|mixture|model_selection|multiclass|multioutput|naive_bayes|neighbors|neural_network|pipeline|preprocessing|random_projection|semi_supervised|svm|tree|utils\._bunch)(\.(?!tests\b)_?[a-z][a-z0-9_]*)*\.(_?[A-Z][A-Za-z0-9]*|__pyx_unpickle_[A-Za-z0-9]+|newObj)$/;

/** Classes of others that those modules import, or once did: one makes new classes, some run or write something. */
const foreigners =
  /\.(ABC(Meta)?|Parallel|Memory|Path|Popen|Thread\w*|Process\w*|Pool|Logger|StringIO|BytesIO|(Named)?TemporaryFile|Template|Callable|NDArrayWrapper)$/;

/** Modules that run, load, open or reach something, by their first segments; `*` as a name: all of it. */
const dangerousModules =
  /^(os|posix|nt|subprocess|_posixsubprocess|pty|commands|popen2|sys|importlib|_frozen_importlib(_external)?|imp|runpy|code|codeop|pickle|_pickle|cPickle|pickletools|dill|cloudpickle|marshal|shelve|ctypes|_ctypes|cffi|socket|_socket|ssl|asyncio|multiprocessing|concurrent|threading|_thread|signal|shutil|tempfile|pathlib\.os|io|_io|fileinput|glob|webbrowser|urllib|urllib2|urllib3|http|httplib|ftplib|smtplib|telnetlib|xmlrpc|requests|aiohttp|httpx|pip|setuptools|distutils|ensurepip|venv|zipimport|pkgutil|pdb|bdb|cProfile|profile|trace|timeit|doctest|inspect|gc|types|operator|_operator|functools|itertools|linecache|logging\.config|idlelib|lib2to3|test|unittest|antigravity|site|platform|getpass|builtins|__builtin__|numpy\.(testing|f2py|distutils|lib|load|fromfile)|torch\.(hub|jit|load|package|utils|_dynamo|_inductor|distributed|multiprocessing|storage\._load_from_bytes)|tensorflow|keras|joblib|pandas\.(io|read_pickle|eval)|sklearn\.externals|transformers|__main__|cgitb|tkinter|turtle|sqlite3|dbm|ast|symtable|py_compile|compileall|readline|rlcompleter|atexit|faulthandler|resource|mmap|fcntl|termios|tty|crypt|grp|pwd|spwd|winreg|_winapi|msvcrt|nturl2path|ntpath|posixpath|genericpath|uuid\._|bz2|lzma|gzip|zipfile|tarfile)(\.|$)/;

export function judgeGlobal(module: string, name: string): GlobalVerdict {
  const path = `${module}.${name}`;
  if (arguments_.has(path)) return 'argument';
  if (safe.has(path) || (estimators.test(path) && !foreigners.test(path))) return 'safe';
  return dangerousModules.test(path) ? 'dangerous' : 'unknown';
}
