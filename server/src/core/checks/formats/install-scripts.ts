// What installing a package runs: scripts in package.json (docs.npmjs.com, "scripts"), setup.py and the build backend of
// pyproject.toml (PEP 517), and lines of .pth files (docs.python.org, "site"), which every start of Python runs.
import type { Telling } from '../inspection/inspector.ts';
import { isObject, type Json } from './json.ts';

const hooks = ['preinstall', 'install', 'postinstall'];
/** Run where a package is installed from its repository; nearly all of them only build. */
const buildHooks = ['preprepare', 'prepare', 'postprepare', 'prepublish'];

const fetching = String.raw`(?:curl|wget|fetch|iwr|irm|invoke-webrequest|invoke-restmethod|bitsadmin|certutil|nc|ncat)\b`;
const running = String.raw`(?:(?:sudo|env)\s+)*(?:(?:ba|z|da|k|)sh|node|python\d?|perl|ruby|php|iex|powershell|pwsh|cmd|\.\/)`;
const fetchAndRun: readonly RegExp[] = [
  new RegExp(String.raw`${fetching}[^\n]*[|;&]\s*${running}`, 'i'),
  new RegExp(String.raw`${running}\s[^\n]*(?:\$\(|<\(|\x60)\s*${fetching}`, 'i'),
  /\bnode\s+(-e|--eval|-p)\b[^\n]*(https?\.get|fetch\(|child_process|eval\(|Buffer\.from\()/i,
  /\bpython\d?\s+-c\b[^\n]*(urllib|requests|exec\(|base64|os\.system|subprocess)/i,
  /powershell[^\n]*\s-(e|enc|encodedcommand)\s/i,
  /base64\s+(-d|--decode|-D)[^\n]*\|\s*(ba|z|da|)sh\b/i,
  /\/dev\/tcp\/|\bnc\b[^\n]*\s-e\s/i,
  /exec\(\s*(requests\.get|urllib\.request\.urlopen|base64\.b64decode|zlib\.decompress|compile\()/,
  /\b(exec|eval)\s*\(\s*(bytes(array)?\s*[(.]|(''|"")\.join|__import__|codecs\.|marshal\.|zlib\.|base64\.|binascii\.|\w+\.b64decode)/,
  /\bgetattr\s*\(\s*(builtins|__builtins__)\b/,
  /https?:\/\/[^\n]*\|\s*(sudo\s+)?(ba|z|da|k|)sh\b/,
];

/** A command, or some code, that gets what it runs from elsewhere, or out of a text that hides it. */
export function fetchesAndRuns(text: string): boolean {
  return fetchAndRun.some((pattern) => pattern.test(text));
}

export function inspectPackageJson(manifest: Json, telling: Telling): void {
  const scripts = isObject(manifest) ? manifest.scripts : undefined;
  for (const hook of [...hooks, ...buildHooks]) {
    const command = isObject(scripts) ? scripts[hook] : undefined;
    if (typeof command !== 'string' || command.trim() === '') continue;
    const isFetching = fetchesAndRuns(command);
    if (!isFetching && buildHooks.includes(hook)) continue;
    const rule = isFetching ? 'install.download-and-run' : 'install.script';
    telling.found(rule, `\`${hook}\` runs ${JSON.stringify(command.slice(0, 300))}.`);
  }
}

/** npm builds a package that has a `binding.gyp`; what stands in `<!(…)` is run for it (gyp, "Command Expansions"). */
export function inspectGyp(text: string, telling: Telling): void {
  const commands = [...text.matchAll(/<!@?\(([^\n]*)/g)].map(([, command = '']) => command);
  const [command] = commands;
  if (command === undefined) return;
  const rule = commands.some(fetchesAndRuns) ? 'install.download-and-run' : 'install.script';
  telling.found(rule, `binding.gyp runs ${JSON.stringify(command.slice(0, 300))}.`);
}

const commands =
  /\bcmdclass\s*=|\b(os\.(system|popen|exec\w*)|subprocess\.\w+|urllib\.request|requests\.(get|post)|socket\.socket|exec|eval|__import__)\s*\(|\bbase64\.|\bmarshal\.loads/;

export function inspectSetup(text: string, telling: Telling): void {
  if (fetchesAndRuns(text) || isLoader(text))
    telling.found(
      'install.download-and-run',
      'setup.py runs what it fetches, or what it keeps hidden in a text.',
    );
  else if (commands.test(text))
    telling.found('install.commands', 'setup.py runs more than it has to describe the package.');
  else telling.found('install.build-code', 'Installing from source runs setup.py.');
}

function isLoader(text: string): boolean {
  const fetches = /\burlopen\b|urlretrieve\(|requests\.(get|post)\(|\bcurl\b|\bwget\b/.test(text);
  const runs = /\bos\.(system|popen)\(|subprocess\.\w+\(|\b(exec|eval)\(|=\s*(exec|eval)\s*$/m.test(text);
  return fetches && runs;
}

export function inspectPyproject(text: string, telling: Telling): void {
  if (/^\s*backend-path\s*=/m.test(text))
    telling.found('install.build-code', 'Building the package runs a backend of its own (`backend-path`).');
}

/** Lines end where Python's `splitlines` ends them, and at other control characters; the text is read as Latin-1. */
const importLine = /(?:^|[[\p{Cc}]--[\t]])(?:\u00ef\u00bb\u00bf)?(import[ \t][^\n\r]*)/v;

export function inspectPathFile(text: string, telling: Telling): void {
  const [, line] = importLine.exec(text) ?? [];
  if (line !== undefined)
    telling.found(
      'install.path-import',
      `Every start of Python runs the line ${JSON.stringify(line.slice(0, 200))}.`,
    );
}

/** Modules that Python imports at every start, from wherever packages are installed (docs.python.org, "site"). */
export function isStartModule(name: string): boolean {
  return /^(site|user)customize\.py[cdo]?$/.test(name);
}
