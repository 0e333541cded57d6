import Type from 'typebox';
import { type ErrorCode, errorCatalogue, notFound } from '../../../core/errors.ts';
import { defineRoute } from '../../define-route.ts';
import { statusOfCode } from '../../problem.ts';
import { htmlHeaders, htmlOf, page } from './page.ts';

export const errorPageRoute = defineRoute({
  operation: 'registry.error-page',
  method: 'GET',
  path: '/api/docs/errors/:code',
  description: 'The page that the `type` of a problem document leads to.',
  params: Type.Object({ code: Type.String({ maxLength: 100 }) }),
  answers: { 200: Type.String({ contentMediaType: 'text/html' }) },
  handle: async (_registry, { params: { code } }, reply) => {
    if (!isErrorCode(code)) throw notFound('error code', code);
    return reply.headers(htmlHeaders).send(errorPage(code));
  },
});

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

function errorPage(code: ErrorCode): string {
  const { title, remedy } = errorCatalogue[code];
  return page(
    `${title} – Assay`,
    `<h1>${htmlOf(title)}</h1>
<p class="lead">Code <code>${code}</code>, answered with status <code>${statusOfCode(code)}</code></p>
<h2>What to do</h2>
<p>${htmlOf(remedy)}</p>`,
    '<a href="/api/docs">API documentation</a>',
  );
}
