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
    `<h1>A registry that tests what it holds</h1>
<p class="lead">Models, datasets and code packages are hashed, taken apart and checked before anybody can read one byte of them.</p>
<ul class="places">
  <li><a href="/api/docs">API documentation<span>Every operation, to read and to try</span></a></li>
  <li><a href="/api/openapi.json">OpenAPI document<span>The same for programs</span></a></li>
  <li><a href="/health/components">Health<span>How each part of this registry is</span></a></li>
</ul>`,
    `Release ${escapeHtml(version)}`,
  );
}
