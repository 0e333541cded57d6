// docs/configuration.md, drawn from server/src/config.
import { concerns } from '../server/src/config/index.ts';
import { markdownTable } from './markdown-table.ts';

export function configurationPage(): string {
  const sections = Object.entries(concerns).map(([concern, fields]) => {
    const rows = Object.values(fields).map((field) => [
      `\`${field.variable}\``,
      field.secret ? '' : asCode(field.default),
      field.unit,
      field.rule,
      field.meaning,
    ]);
    return `## ${concern}\n\n${markdownTable(['variable', 'default', 'unit', 'must be', 'meaning'], rows)}\n`;
  });
  return `# Configuration

The registry is configured by environment variables, read once when it starts. It refuses to start when one breaks
its rule or is not known (a variable that begins with \`ASSAY_\` and is not listed here), and tells all problems at
once. An empty variable counts as absent. \`npm run assay -- config\` prints what is in force, secrets hidden.

${sections.join('\n')}`;
}

function asCode(value: unknown): string {
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return text === '' ? '' : `\`${text}\``;
}
