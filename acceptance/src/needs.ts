// What a test needs of the machine. Missing programs skip a test with the command that would bring them; nothing
// is ever installed by a test.
import { readFileSync } from 'node:fs';
import { findProgram } from '../../tools/find-program.ts';

const packageList = new URL('../../tools/debian-packages.txt', import.meta.url);

export interface Needed {
  /** For the options of a test: false when the program is there, else why the test is skipped. */
  readonly skip: string | false;
  /** The program's path; its bare name where it is missing. */
  readonly path: string;
}

/**
 * A system program and the Debian package that has it: `test('…', { skip: needsProgram('nginx', 'nginx-light').skip }, …)`.
 * Throws when `.ci/run` would not install the package: the test would be skipped everywhere.
 */
export function needsProgram(program: string, debianPackage: string): Needed {
  const listed = readFileSync(packageList, 'utf8').split('\n');
  if (!listed.includes(debianPackage)) {
    throw new Error(`${debianPackage} is not in tools/debian-packages.txt; add it there.`);
  }
  const path = findProgram(program);
  return path === undefined
    ? { skip: `needs ${program}: apt-get install ${debianPackage}`, path: program }
    : { skip: false, path };
}
