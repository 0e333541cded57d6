// The check of formats: what a loader of each kind of file would do with it. What a file is goes by its content, except
// for documents that loaders find by their names, and formats whose bytes do not tell them.
import type { About } from '../check.ts';
import { inspectColumnar, PythonExtensionSearch } from '../formats/columnar.ts';
import { inspectGguf } from '../formats/gguf.ts';
import {
  inspectGyp,
  inspectPackageJson,
  inspectPathFile,
  inspectPyproject,
  inspectSetup,
  isStartModule,
} from '../formats/install-scripts.ts';
import { type Json, parseJson } from '../formats/json.ts';
import { KerasTextSearch } from '../formats/keras.ts';
import { inspectJson, inspectModelConfig, judgeTemplate } from '../formats/model-documents.ts';
import { inspectNotebook } from '../formats/notebook.ts';
import { inspectNpy } from '../formats/npy.ts';
import { inspectOnnx, isLikelyOnnx } from '../formats/onnx.ts';
import { inspectSafetensors } from '../formats/safetensors.ts';
import { inspectGraphText, inspectTensorflow, isLikelySavedModel } from '../formats/tensorflow.ts';
import { inspectTflite } from '../formats/tflite.ts';
import { WholeDocument } from '../formats/whole-document.ts';
import { ExternalEntitySearch } from '../formats/xml.ts';
import { inspectYaml } from '../formats/yaml.ts';
import { PickleInspector } from '../pickle/pickle-inspector.ts';
import { type FileType, identify, isContainer, isUnsure, looksLikeText } from './identify.ts';
import type { InspectedFile, Inspection, Inspector, Telling } from './inspector.ts';

type Kind = About['kind'];

export const inspectFormats: Inspection = { check: 'formats', begin: beginInspection };

function beginInspection(file: InspectedFile, telling: Telling): Inspector {
  const identified = identify(file.head, file.sizeBytes);
  // It is opened as what it may be; a text or weights that only begin like it are looked at all the same.
  const isGuessed = isContainer(identified) && isUnsure(identified);
  const type = isGuessed ? typeBesides(file) : identified;
  const kind = file.kind ?? 'model';
  judgeName(file, type, kind, telling);
  const inspectors = [
    inspectPickle(file, identified, telling),
    inspectByContent(file, type, kind, telling),
    inspectByName(file, type, kind, telling),
  ];
  return together(inspectors.filter((inspector) => inspector !== null));
}

/** What a file is if it is not what so short a mark says. */
function typeBesides({ head }: InspectedFile): FileType {
  return looksLikeText(head) ? 'text' : 'data';
}

/** Endings of files that nothing but a pickle, or a container of pickles, is meant to have. */
const pickleNames = /\.(pkl|pickle|pk|pt|joblib|dill)$/i;
/** Python takes a text of this name for something else. */
const pathNames = /\.pth$/i;

function inspectPickle(file: InspectedFile, type: FileType, telling: Telling): Inspector {
  const isPathFile = pathNames.test(file.name) && type === 'text';
  const isNamed = (pickleNames.test(file.name) || pathNames.test(file.name)) && !isPathFile;
  if (type === 'pickle' || (isNamed && !isContainer(type)))
    return new PickleInspector(file, telling, 'certain');
  // Pickles of the oldest protocols begin with nearly anything: texts, and the signatures of other formats.
  const isUnknown = type === 'data' || (isContainer(type) && isUnsure(type));
  return new PickleInspector(file, telling, isUnknown ? 'anywhere' : 'possible');
}

/** What a file of such a name has to be. */
const typesOfNames: Readonly<Record<string, readonly FileType[]>> = {
  safetensors: ['safetensors'],
  gguf: ['gguf'],
  npy: ['npy'],
  npz: ['zip'],
  tflite: ['tflite'],
  parquet: ['parquet'],
  h5: ['hdf5'],
  hdf5: ['hdf5'],
  keras: ['zip', 'hdf5'],
};

function judgeName({ name }: InspectedFile, type: FileType, kind: Kind, telling: Telling): void {
  const [, ending = ''] = /\.(\w+)$/.exec(name) ?? [];
  const types = typesOfNames[ending.toLowerCase()];
  if (kind !== 'code' && types !== undefined && !types.includes(type))
    telling.found('format.misnamed', `It is named .${ending}, but its content is ${type}.`);
}

function inspectByContent(
  file: InspectedFile,
  type: FileType,
  kind: Kind,
  telling: Telling,
): Inspector | null {
  switch (type) {
    case 'safetensors':
      return inspectSafetensors(file, telling);
    case 'gguf':
      return inspectGguf(file, telling);
    case 'npy':
      return inspectNpy(file, telling);
    case 'tflite':
      return inspectTflite(file, telling);
    case 'parquet':
    case 'arrow':
      return inspectColumnar(file, telling, type);
    case 'hdf5':
      return new KerasTextSearch(telling);
    case 'elf':
    case 'pe':
    case 'mach-o':
      telling.found(
        kind === 'code' ? 'executable.in-code' : 'executable.in-data',
        `It is a program or library (${type}).`,
      );
      return null;
    case 'data':
      return new PythonExtensionSearch(telling);
    default:
      return null;
  }
}

function inspectByName(file: InspectedFile, type: FileType, kind: Kind, telling: Telling): Inspector | null {
  const name = file.name.toLowerCase();
  if (isContainer(type)) return null;
  if (isStartModule(name))
    telling.found('install.path-import', `Where it is installed, every start of Python imports ${name}.`);
  const text = (look: (text: string, telling: Telling) => void) =>
    new WholeDocument(telling, (bytes) => look(bytes.toString(), telling));
  const json = (look: (document: Json, telling: Telling) => void, isRequired: boolean) =>
    new WholeDocument(telling, (bytes) => {
      const parsed = parseJson(bytes);
      if (parsed !== undefined) look(parsed, telling);
      else if (isRequired) telling.missed('It cannot be read as JSON.');
    });
  if (name.endsWith('.onnx')) return inspectOnnx(file, telling, true);
  if (name.endsWith('.pb')) return protocolBuffer(file, name, telling);
  if (name.endsWith('.meta')) return inspectTensorflow(file, telling, 'meta-graph', false);
  if (/\.(xml|pmml)$/.test(name) && kind !== 'code') return new ExternalEntitySearch(telling);
  if (name.endsWith('.pbtxt')) return text(inspectGraphText);
  if (name.endsWith('.ipynb')) return json(inspectNotebook, false);
  if (name === 'package.json') return json(inspectPackageJson, false);
  if (/(^|[._-])(config|template|model_index)\.json$/.test(name))
    return json(inspectModelConfig, kind !== 'code');
  if (name.endsWith('.json') && kind !== 'code')
    return new WholeDocument(telling, (bytes) => inspectJson(bytes, telling), false);
  if (/\.ya?ml$/.test(name) && kind !== 'code')
    return new WholeDocument(telling, (bytes) => inspectYaml(bytes.toString(), telling), false);
  if (/\.(j2|jinja2?|template)$/.test(name) && (kind !== 'code' || name.startsWith('chat_template')))
    return text(judgeTemplate);
  if (name === 'setup.py') return text(inspectSetup);
  if (name === 'pyproject.toml') return text(inspectPyproject);
  if (name === 'binding.gyp') return text(inspectGyp);
  if (pathNames.test(name) && type !== 'pickle')
    return new WholeDocument(telling, (bytes) => inspectPathFile(bytes.toString('latin1'), telling));
  if (isLikelyOnnx(file.head)) return inspectOnnx(file, telling, false);
  if (isLikelySavedModel(file.head)) return inspectTensorflow(file, telling, 'saved-model', false);
  return null;
}

function protocolBuffer(file: InspectedFile, name: string, telling: Telling): Inspector | null {
  if (name === 'saved_model.pb') return inspectTensorflow(file, telling, 'saved-model', true);
  if (name === 'keras_metadata.pb') return new KerasTextSearch(telling);
  return inspectTensorflow(file, telling, isLikelySavedModel(file.head) ? 'saved-model' : 'graph', false);
}

/** Several that look at the same bytes. */
function together(inspectors: readonly Inspector[]): Inspector {
  return {
    push(bytes, textBytes) {
      for (const inspector of inspectors) inspector.push(bytes, textBytes);
    },
    end() {
      for (const inspector of inspectors) inspector.end();
    },
  };
}
