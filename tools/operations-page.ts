// docs/operations.md, drawn from the table of operations and the routes of every face.
import { type Operation, type OperationName, operations } from '../server/src/core/operations.ts';
import { routes } from '../server/src/http/app.ts';
import { markdownTable } from './markdown-table.ts';

const auditedAs: Readonly<Record<Operation['audit'], string>> = {
  'with-change': 'with the change',
  observed: 'observed',
  none: '',
};

export function operationsPage(): string {
  const rows = Object.entries(operations).map(([name, { needs, on, audit, title }]: [string, Operation]) => [
    `\`${name}\``,
    title,
    needs,
    on === 'anyone' ? '' : on,
    auditedAs[audit],
    routesOf(name as OperationName),
  ]);
  return `# Operations

Everything the registry does, by name. One table (\`server/src/core/operations.ts\`) decides who may call a route, what the
audit log and the metrics call it, and its \`operationId\` in the OpenAPI document.

- **needs**: what a caller must have before anything is looked at. \`signed-in\` is any user; \`review\` is an administrator or
  a member of the group of reviewers; the others are permissions, and \`admin\` implies all of them.
- **on**: whose things it works on, among those the caller may see: one's \`own\`, or packages that one maintains
  (\`maintained\`: owner, member of the owning group). Administrators: everybody's. Empty: anyone's. A thing that one may not see is answered exactly like
  one that does not exist.
- **audit**: \`with the change\`, the entry is committed together with what changed; \`observed\`, it is written shortly after the
  answer; empty, none. A refusal of an audited operation is always recorded.

${markdownTable(['operation', 'what', 'needs', 'on', 'audit', 'route'], rows)}
`;
}

function routesOf(name: OperationName): string {
  return routes
    .filter((route) => route.operation === name)
    .map(({ method, path }) => `\`${String(method)} ${path.replaceAll(/:(\w+)/g, '{$1}')}\``)
    .join(', ');
}
