// YAML: with the loader that programs should not use, PyYAML makes any object that a tag names (pyyaml.org, "YAML tags and
// Python types"). Configurations of Hydra and NeMo name what is called by `_target_` (hydra.cc, "Instantiating objects").
import type { Telling } from '../inspection/inspector.ts';
import { judgeGlobal } from '../pickle/known-globals.ts';
import { judgeTemplate } from './model-documents.ts';

const tag = /(?:!!|!<?tag:yaml\.org,2002:)python\/(object(?:\/\w+)?|name|module):([\w.]*)/g;
/** Gives tags another beginning. */
const renamed = /^%TAG\s+\S+\s+\S*python/m;
const target = /["']?_target_["']?\s*:\s*["']?([\w.]+)/g;
const runs =
  /^(os|posix|nt|subprocess|pty|sys|importlib|runpy|pickle|_pickle|marshal|shelve|shutil|ctypes|socket|code|codeop|pdb|bdb|timeit|cProfile|profile|pydoc|webbrowser|urllib|http|ftplib|asyncio|builtins\.(eval|exec|compile|open|__import__|getattr|setattr)|torch\.(load|hub|utils\.cpp_extension)|joblib\.load|numpy\.load|dill|cloudpickle|pip)(\.|$)/;

export function inspectYaml(text: string, telling: Telling): void {
  for (const [whole, , path = ''] of text.matchAll(tag)) {
    const dot = path.lastIndexOf('.');
    if (judgeGlobal(path.slice(0, dot), path.slice(dot + 1)) !== 'safe')
      telling.found('config.python-object', `The tag ${whole.slice(0, 200)} makes an object of Python.`);
  }
  if (renamed.test(text))
    telling.found('config.python-object', 'Tags that make objects of Python are given another name.');
  for (const [, path = ''] of text.matchAll(target))
    if (runs.test(path)) telling.found('config.runs-function', `\`_target_\` names ${path.slice(0, 200)}.`);
  if (text.includes('chat_template')) judgeTemplate(text, telling);
}
