// Jupyter notebooks (nbformat.readthedocs.io): cells of code, and what they put out, which a browser shows.
import type { Telling } from '../inspection/inspector.ts';
import { fetchesAndRuns } from './install-scripts.ts';
import { isObject, type Json } from './json.ts';

const shell =
  /^[ \t]*(!|%%?(bash|sh|script|system|sx|cmd|powershell)\b)|get_ipython\(\)\.(system|getoutput)|\bos\.(system|popen)\(/m;
const script = /<script\b|\bon(error|load|click|mouseover)\s*=|javascript:|<iframe\b/i;

export function inspectNotebook(notebook: Json, telling: Telling): void {
  const cells = isObject(notebook) ? notebook.cells : undefined;
  for (const cell of Array.isArray(cells) ? cells : []) {
    if (!isObject(cell)) continue;
    const source = textOf(cell.source);
    if (cell.cell_type === 'code' && fetchesAndRuns(source))
      telling.found('notebook.download-and-run', `A cell fetches something and runs it: ${shown(source)}`);
    else if (cell.cell_type === 'code' && shell.test(source))
      telling.found('notebook.shell', `A cell runs commands: ${shown(source)}`);
    for (const output of Array.isArray(cell.outputs) ? cell.outputs : []) judgeOutput(output, telling);
  }
}

function judgeOutput(output: Json, telling: Telling): void {
  const data = isObject(output) ? output.data : undefined;
  for (const [type, content] of Object.entries(isObject(data) ? data : {})) {
    const isScript =
      type === 'application/javascript' || (/html|svg/.test(type) && script.test(textOf(content)));
    if (isScript)
      telling.found('notebook.script-output', `An output of type ${type} runs scripts when it is shown.`);
  }
}

function textOf(value: Json | undefined): string {
  return Array.isArray(value) ? value.join('') : typeof value === 'string' ? value : '';
}

function shown(source: string): string {
  return JSON.stringify(source.trim().slice(0, 200));
}
