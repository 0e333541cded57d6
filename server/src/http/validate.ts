import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';

// Path and query arrive as text and are turned into the types of their schemas; a body must have them as sent.
// What is coerced is not asked again whether it is finite, and with strict numbers bounds pass by infinity: `1e400`.
const coercing = compiler({ coerceTypes: 'array', strictNumbers: false });
const exact = compiler({ coerceTypes: false });

function compiler(options: { coerceTypes: 'array' | false; strictNumbers?: boolean }) {
  const ajv = new Ajv.default({ useDefaults: true, removeAdditional: false, ...options });
  addFormats.default(ajv);
  return ajv;
}

export const compileValidator: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? exact : coercing).compile(schema) as ValidateFunction;
