// What a package of each kind consists of, by the names of its files.

export interface LaidOutFile {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface Layout<F extends LaidOutFile> {
  /** The single folder that everything lies in, with `/`; empty when there is none. */
  readonly top: string;
  readonly manifests: { readonly packageJson?: F; readonly pyproject?: F; readonly config?: F };
  /** README or card, the best one that there is. */
  readonly readme?: F;
  readonly has: {
    readonly content: boolean;
    readonly sources: boolean;
    readonly weights: boolean;
    readonly data: boolean;
  };
}

const sources = new Set(
  `bas c cc clj cpp cs css cu cuh cxx dart erl ex exs f90 fs go groovy h hpp hs html ipynb java jl js jsx kt lua m mjs cjs
   ml mts cts php pl proto ps1 py pyi pyx r rb rs scala sh sol sql swift tcl ts tsx v vue wasm zig`.split(
    /\s+/,
  ),
);
const weights = new Set(
  `bin caffemodel ckpt engine ggml gguf h5 hdf5 joblib keras mar mlmodel model msgpack npy npz onnx ort params pb pdparams
   pickle pkl pt pt2 pte pth safetensors task tflite torchscript weights`.split(/\s+/),
);
/** Files that describe rather than are the data of a dataset. */
const documents = /^(readme|license|licence|copying|notice|changelog|citation|.*_card)(\.[a-z]+)?$/i;
const manifestNames = new Set([
  'package.json',
  'pyproject.toml',
  'dataset_infos.json',
  '.gitattributes',
  '.gitignore',
]);
const cards = [
  'readme.md',
  'model_card.md',
  'modelcard.md',
  'dataset_card.md',
  'readme.rst',
  'readme.txt',
  'readme',
];

export function layOut<F extends LaidOutFile>(files: readonly F[]): Layout<F> {
  const top = singleFolder(files);
  const atTop = new Map<string, F>();
  const has = { content: false, sources: false, weights: false, data: false };
  for (const file of files) {
    const path = file.path.slice(top.length);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
    if (!path.includes('/')) atTop.set(path.toLowerCase(), file);
    if (file.sizeBytes === 0) continue;
    has.content = true;
    has.sources ||= sources.has(extension) && extension !== name.toLowerCase();
    has.weights ||= weights.has(extension) && extension !== name.toLowerCase();
    has.data ||= !documents.test(name) && !manifestNames.has(name.toLowerCase());
  }
  const packageJson = atTop.get('package.json');
  const pyproject = atTop.get('pyproject.toml');
  const config = atTop.get('config.json');
  const readme = cards.map((name) => atTop.get(name)).find((file) => file !== undefined);
  return {
    top,
    manifests: {
      ...(packageJson && { packageJson }),
      ...(pyproject && { pyproject }),
      ...(config && { config }),
    },
    ...(readme && { readme }),
    has,
  };
}

/** npm packs everything under `package/`, many others under the name of the package. */
function singleFolder(files: readonly LaidOutFile[]): string {
  const [first] = files;
  const top = first?.path.slice(0, first.path.indexOf('/') + 1) ?? '';
  return top !== '' && files.every((file) => file.path.startsWith(top)) ? top : '';
}
