// Workers are started while somebody waits for a decision. Node.js would take the types out of their sources at every
// start, for which it loads a compiler of its own; here it is done once for all of them.
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

const folder = new URL('./worker/', import.meta.url);
let made: string | undefined;

/** The address of a module, for `--import`, that has these sources loaded without their types; others as ever. */
export function sourcesWithoutTypes(): string {
  made ??= addressOf(
    [
      ...readdirSync(folder).map((name) => new URL(name, folder)),
      new URL('./frames.ts', import.meta.url),
    ].filter(({ pathname }) => pathname.endsWith('.ts') && !pathname.endsWith('.test.ts')),
  );
  return made;
}

function addressOf(files: readonly URL[]): string {
  const sources = files.map(({ href }) => [href, stripTypeScriptTypes(readFileSync(new URL(href), 'utf8'))]);
  const module = `
    import { registerHooks } from 'node:module';
    const sources = new Map(${JSON.stringify(sources)});
    registerHooks({
      load(url, context, next) {
        const source = sources.get(url);
        return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true };
      },
    });`;
  return `data:text/javascript;base64,${Buffer.from(module).toString('base64')}`;
}
