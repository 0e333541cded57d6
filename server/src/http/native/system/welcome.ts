import Type from 'typebox';
import { defineRoute } from '../../define-route.ts';
import { escapeHtml, htmlHeaders, page, wantsHtml } from './page.ts';

export const welcomeRoute = defineRoute({
  operation: 'registry.welcome',
  method: 'GET',
  path: '/',
  description: 'JSON for programs, a page for browsers, by `Accept`.',
  answers: {
    200: Type.Object({
      name: Type.String(),
      version: Type.String(),
      openapi: Type.String(),
      docs: Type.String(),
      health: Type.String(),
    }),
  },
  handle: async ({ version }, { request }, reply) => {
    if (wantsHtml(request.headers.accept)) return reply.headers(htmlHeaders).send(welcomePage(version));
    reply.header('vary', 'accept');
    return {
      name: 'Assay',
      version,
      openapi: '/api/openapi.json',
      docs: '/api/docs',
      health: '/health/components',
    };
  },
});

function welcomePage(version: string): string {
  return page(
    'Assay',
    `<h1>Assay</h1>
<p>A registry for machine-learning models, datasets and code packages that tests what it holds.</p>
<ul>
  <li><a href="/api/docs">The API, to read and to try</a></li>
  <li><a href="/api/openapi.json">The API as an OpenAPI document</a></li>
  <li><a href="/health/components">How the parts of this registry are</a></li>
</ul>
<p>Release ${escapeHtml(version)}</p>`,
  );
}
