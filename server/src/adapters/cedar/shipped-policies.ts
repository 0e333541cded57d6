// The schema and the policies that come with the registry.
import { readFileSync } from 'node:fs';

const folder = new URL('../../../policies/', import.meta.url);

export const schemaText = readFileSync(new URL('assay.cedarschema', folder), 'utf8');
export const builtInText = readFileSync(new URL('built-in.cedar', folder), 'utf8');
