import { fileURLToPath } from 'node:url';
import { readYaraRules, type YaraRules } from './yara-rules.ts';

const folder = (name: string) => fileURLToPath(new URL(`../../../rules/${name}`, import.meta.url));

/** Those that come with the registry, and those of the folder, where one is given. Throws a `YaraRuleError`. */
export function yaraRuleSets(ownFolder = ''): readonly YaraRules[] {
  const shipped = [readYaraRules(folder('text'), true), readYaraRules(folder('bytes'))];
  return ownFolder === '' ? shipped : [...shipped, readYaraRules(ownFolder)];
}
