// The parts of READMEs below infra/ that are drawn from the sources: inputs and outputs, and pictures of stacks. They
// stand between two marks, and everything else in the file is left alone.
import { markdownTable } from '../markdown-table.ts';
import { topLevelBlocks } from './source-rules.ts';

export type Part = 'interface' | 'picture';

/** The README with this part replaced; null where it has no place for it. */
export function withPart(readme: string, part: Part, content: string): string | null {
  const [begin, end] = [`<!-- drawn: ${part} -->`, `<!-- end: ${part} -->`];
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) return null;
  return `${readme.slice(0, from + begin.length)}\n\n${content.trim()}\n\n${readme.slice(to)}`;
}

/** Tables of what a module or stack is given and gives, from the texts of variables.tf and outputs.tf. */
export function interfaceOf(variables: string, outputs: string): string {
  const inputs = topLevelBlocks(variables).map(({ header, body }) => {
    const fallback = argumentIn(body, 'default');
    const form = argumentIn(body, 'type') ?? '';
    return [
      `\`${nameIn(header)}\``,
      form.includes('object(') ? 'object' : `\`${form}\``,
      fallback === undefined ? 'required' : shortened(fallback),
      descriptionIn(body),
    ];
  });
  const given = topLevelBlocks(outputs).map(({ header, body }) => [
    `\`${nameIn(header)}\``,
    descriptionIn(body),
  ]);
  return [
    markdownTable(['input', 'type', 'default', 'meaning'], inputs),
    ...(given.length > 0 ? [markdownTable(['output', 'meaning'], given)] : []),
  ].join('\n\n');
}

function nameIn(header: string): string {
  return /^\w+ "([^"]+)"/.exec(header)?.[1] ?? '';
}

function descriptionIn(body: string): string {
  const found = /^ {2}description\s*= "((?:[^"\\]|\\.)*)"$/m.exec(body)?.[1] ?? '';
  return found.replaceAll('\\"', '"');
}

/** The text of an argument, up to the next one or the end. */
function argumentIn(body: string, argument: string): string | undefined {
  const found = new RegExp(`^ {2}${argument}\\s*= ([\\s\\S]*?)(?=^ {2}[a-z]|^\\n|(?![\\s\\S]))`, 'm').exec(
    body,
  );
  return found?.[1]?.trim();
}

const longestDefault = 40;

function shortened(fallback: string): string {
  const line = fallback.replaceAll(/\s+/g, ' ');
  return line.length > longestDefault ? 'see variables.tf' : `\`${line}\``;
}
