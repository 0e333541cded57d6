import Type from 'typebox';
import { defineRoute } from '../../define-route.ts';

export const openapiRoute = defineRoute({
  operation: 'registry.openapi',
  method: 'GET',
  path: '/api/openapi.json',
  description: 'OpenAPI 3.1, generated from the routes of this release.',
  answers: { 200: Type.Object({}, { additionalProperties: true }) },
  handle: async (_registry, { request }) => request.server.swagger(),
});
