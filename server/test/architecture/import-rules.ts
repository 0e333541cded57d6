// Who may import whom. A rule answers with why the import is not allowed, or null.
import { type Import, importsOf, type SourceTree, unreadableImports, workspaces } from './source-tree.ts';

/** A feature uses those before it. What stands last uses all others, and nobody uses it. */
export const featureOrder = [
  'signing',
  'audit',
  'access',
  'jobs',
  'events',
  'content',
  'packages',
  'uploads',
  'checks',
  'hallmarks',
  'pipeline',
  'validators',
  'rating',
  'gate',
  'items',
  'health',
  'transfer',
  'recovery',
];
/** Except by `transfer`, which carries the records of every feature. */
const usedByNobody = new Set(['items', 'health']);

const pureModules = new Set(
  ['buffer', 'crypto', 'stream', 'stream/promises', 'util', 'zlib'].map((name) => `node:${name}`),
);

/** Packages that make up the framework of a delivering part; nothing else of npm belongs there. */
const frameworks: Readonly<Record<'http' | 'worker', RegExp>> = {
  http: /^(fastify|@fastify\/.+|typebox(\/.+)?|ajv|ajv-formats)$/,
  worker: /^(?!)/,
};

/** Where a file stands: `server/src/core/audit/ports.ts` → core, audit. */
interface Place {
  /** core, adapters, http, worker, config; `root` for files of server/src itself; else the workspace's name. */
  readonly part: string;
  /** The feature, adapter or face: the folder below the part; null for files of the part itself. */
  readonly folder: string | null;
  readonly file: string;
}

export function importViolations(tree: SourceTree): string[] {
  return [...tree].flatMap(([path, text]) => {
    if (isExempt(path)) return [];
    const unreadable = unreadableImports(text).map(
      (line) => `${path}:${line} imports what is not a plain text`,
    );
    const refused = importsOf(path, text).flatMap((found) => {
      const why = refusal(path, found);
      return why === null ? [] : [`${path}:${found.line} imports ${found.specifier}: ${why}`];
    });
    return [...unreadable, ...refused];
  });
}

/** Tests of the server may wire up whatever they test; the rules are about what runs. */
function isExempt(path: string): boolean {
  return path.startsWith('tools/') || (path.startsWith('server/') && !isServerSource(path));
}

function isServerSource(path: string): boolean {
  return path.startsWith('server/src/') && !path.endsWith('.test.ts');
}

function refusal(path: string, { specifier, target }: Import): string | null {
  const from = placeOf(path);
  if (from.part === 'core') return coreRefusal(from, specifier, target);
  if (target === null) return packageRefusal(from, specifier);
  const to = placeOf(target);
  if (target.startsWith('server/') && path.startsWith('server/')) return serverRefusal(from, to, target);
  return workspaceRefusal(path, target);
}

function coreRefusal(from: Place, specifier: string, target: string | null): string | null {
  if (target === null) {
    return pureModules.has(specifier) ? null : 'core uses nothing but itself and pure node: modules';
  }
  const to = placeOf(target);
  if (to.part !== 'core') return 'core uses nothing but itself and pure node: modules';
  if (to.folder === null) {
    return from.folder !== null && to.file === 'engine.ts' ? 'engine.ts stands above the features' : null;
  }
  if (from.folder === to.folder) return null;
  if (from.folder === null) {
    if (from.file !== 'engine.ts') return 'core/*.ts stands below the features';
  } else {
    const [own, other] = [featureOrder.indexOf(from.folder), featureOrder.indexOf(to.folder)];
    if (own < 0 || other < 0) return `a feature is missing in the order: ${featureOrder.join(' < ')}`;
    const isClosed = usedByNobody.has(to.folder) && from.folder !== 'transfer';
    if (other > own || isClosed) return `${from.folder} stands before ${to.folder}`;
  }
  return indexOnly(to);
}

function packageRefusal({ part }: Place, specifier: string): string | null {
  if (part === 'config') return 'config uses nothing but itself';
  if ((part === 'http' || part === 'worker') && !specifier.startsWith('node:')) {
    return frameworks[part].test(specifier) ? null : `it is not part of the framework of ${part}`;
  }
  return null;
}

function serverRefusal(from: Place, to: Place, target: string): string | null {
  if (target === 'server/package.json') return null;
  if (!isServerSource(target)) return 'what runs does not use tests';
  const isOwn = from.part === to.part && (from.part !== 'adapters' || from.folder === to.folder);
  if (isOwn) return null;
  if (from.part === 'config') return 'config uses nothing but itself';
  if (to.part === 'core') return indexOnly(to);
  if (from.part === 'root' || from.part === 'wiring') return null;
  return `${from.part} uses core and its own files only`;
}

function workspaceRefusal(path: string, target: string): string | null {
  const [from = '', to = ''] = [path.split('/')[0], target.split('/')[0]];
  if (from === to || from === 'bench') return null;
  // Things beside the program: a proxy with faults, the servers of a test run.
  if (from === 'acceptance' && to === 'tools') return null;
  if ((from === 'cli' || from === 'web') && to === 'client') return null;
  return `${from} uses nothing of ${to}`;
}

function indexOnly(to: Place): string | null {
  return to.folder === null || to.file === 'index.ts'
    ? null
    : `only core/${to.folder}/index.ts is for others`;
}

function placeOf(path: string): Place {
  const [workspace = '', src, part = '', ...rest] = path.split('/');
  const file = path.split('/').at(-1) ?? '';
  if (workspace !== 'server' || src !== 'src') return { part: workspace, folder: null, file };
  if (rest.length === 0) return { part: 'root', folder: null, file };
  return {
    part,
    folder: rest.length > 1 ? (rest[0] ?? null) : null,
    file: rest.slice(rest.length > 1 ? 1 : 0).join('/'),
  };
}

/** Folders of the server's source and workspaces that no rule above knows. */
export function unknownParts(tree: SourceTree): string[] {
  const known = new Set([
    'root',
    'core',
    'adapters',
    'http',
    'worker',
    'config',
    'admin',
    'wiring',
    ...workspaces,
    'tools',
  ]);
  const parts = [...tree.keys()].map((path) => placeOf(path).part);
  return [...new Set(parts)]
    .filter((part) => !known.has(part))
    .map((part) => `server/src/${part} has no rule`);
}
