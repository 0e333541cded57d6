// One instance of Cedar's WebAssembly module. Text that nests too deeply overruns the stack inside of it, and after that
// every call of the same instance fails: so text of anybody's is looked at in an instance that is thrown away, and one
// that has failed is never asked again.
import { createRequire } from 'node:module';

export type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs');

const require = createRequire(import.meta.url);

/** A new one, with nothing remembered. Takes some hundred milliseconds. */
export function newCedar(): Cedar {
  const path = require.resolve('@cedar-policy/cedar-wasm/nodejs');
  delete require.cache[path];
  const cedar: Cedar = require('@cedar-policy/cedar-wasm/nodejs');
  delete require.cache[path];
  return cedar;
}
