import Type from 'typebox';
import {
  listValidatorVersions,
  readValidator,
  readValidatorVersion,
} from '../../../core/validators/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id, IdParams, PageOf, PageQuery, presentPage } from '../../schemas.ts';
import {
  ListedValidatorSchema,
  presentListed,
  presentValidator,
  presentVersion,
  ValidatorSchema,
  ValidatorVersionSchema,
} from './validator-schema.ts';

const whoMayRead = 'For those who maintain the package, and administrators.';

export const readValidatorRoute = defineRoute({
  operation: 'validator.read',
  method: 'GET',
  path: '/api/packages/:id/validator',
  description: `The one in force. ${whoMayRead}`,
  params: IdParams,
  answers: { 200: ValidatorSchema },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params }) =>
    presentValidator(await readValidator(registry, caller, params.id)),
});

export const listValidatorVersionsRoute = defineRoute({
  operation: 'validator.list-versions',
  method: 'GET',
  path: '/api/packages/:id/validator/versions',
  description: `What it has been, the newest first; a removal is a version without a language. ${whoMayRead}`,
  params: IdParams,
  query: Type.Object(PageQuery),
  answers: { 200: PageOf(ListedValidatorSchema) },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params, query }) =>
    presentPage(await listValidatorVersions(registry, caller, params.id, query), presentListed),
});

export const readValidatorVersionRoute = defineRoute({
  operation: 'validator.read-version',
  method: 'GET',
  path: '/api/packages/:id/validator/versions/:number',
  description: whoMayRead,
  params: Type.Object({ id: Id, number: Type.Integer({ minimum: 1, maximum: 999_999_999 }) }),
  answers: { 200: ValidatorVersionSchema },
  subject: ({ id = '', number = '' }) => ({ packageId: id, kind: 'validator', id: number }),
  handle: async (registry, { caller, params }) =>
    presentVersion(await readValidatorVersion(registry, caller, params.id, params.number)),
});
