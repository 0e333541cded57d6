import { fileURLToPath } from 'node:url';
import { readYaraRules, type YaraRules } from './yara-rules.ts';

const folder = (name: string) => fileURLToPath(new URL(`../../../rules/${name}`, import.meta.url));

/**
 * Up to a hundred short pieces of their strings YARA looks for at 570 MB/s, more at 150: hence two sets about text, which
 * together take 280. What makes a set slow are `nocase` and classes of characters behind few literal ones.
 */
const aboutText = ['text', 'scripts'];

/** Those that come with the registry, and those of the folder, where one is given. Throws a `YaraRuleError`. */
export function yaraRuleSets(ownFolder = ''): readonly YaraRules[] {
  const shipped = [
    ...aboutText.map((name) => readYaraRules(folder(name), true)),
    readYaraRules(folder('bytes')),
  ];
  return ownFolder === '' ? shipped : [...shipped, readYaraRules(ownFolder)];
}
