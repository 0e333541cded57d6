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

export const compileValidator: FastifySchemaCompiler<object> = ({ schema, httpPart }) => {
  const validate = (httpPart === 'body' ? exact : coercing).compile(schema) as ValidateFunction;
  const keepable = (value: unknown) => {
    if (!validate(value)) {
      keepable.errors = validate.errors;
      return false;
    }
    const instancePath = unkeepableIn(value);
    if (instancePath === null) return true;
    keepable.errors = [{ instancePath, message: 'must be Unicode without the character U+0000' }];
    return false;
  };
  keepable.errors = undefined as ValidateFunction['errors'] | { instancePath: string; message: string }[];
  return keepable as ReturnType<FastifySchemaCompiler<object>>;
};

/** Where a text is that not every engine can keep: with a NUL, or half of a surrogate pair. Null: nowhere. */
function unkeepableIn(value: unknown): string | null {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? '' : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const name in value) {
    const inside = unkeepableIn(name) ?? unkeepableIn((value as Record<string, unknown>)[name]);
    if (inside !== null) return `/${name}${inside}`;
  }
  return null;
}
