import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type Packages = Readonly<Record<string, LockedPackage>>;

// A lock file that is made where a registry does not offer the packages of other platforms lacks them, and `npm ci`
// then refuses it everywhere.
test('the lock file names every dependency, those of other platforms too', () => {
  const text = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Packages };
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies }).filter(
      (name) => !isFound(packages, path, name),
    ),
  );
  assert.deepEqual(missing, []);
});

/** As Node.js looks: beside the package, then in every `node_modules` above it. */
function isFound(packages: Packages, path: string, name: string): boolean {
  const folders = path
    .split('/node_modules/')
    .map((_, depth, all) => all.slice(0, depth + 1).join('/node_modules/'));
  return ['', ...folders].some((folder) => `${folder}${folder && '/'}node_modules/${name}` in packages);
}
