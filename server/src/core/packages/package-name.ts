// Names that people, file systems, URLs and other ecosystems all read in the same way.
import { RegistryError } from '../errors.ts';

/** `name`, or `owner/name` for names taken over from a hub: one slash at most. */
const shape =
  /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?(?:\/[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?)?$/;

/** Words that are routes, path tricks of some operating system, or would pass for the registry itself. */
const reserved = new Set([
  ...['search', 'upload', 'download', 'files', 'versions', 'api', 'admin', 'assay', 'registry', 'health'],
  ...['con', 'prn', 'aux', 'nul', 'node-modules', 'favicon-ico', 'index-html', 'robots-txt', 'well-known'],
  ...Array.from({ length: 10 }, (_, i) => [`com${i}`, `lpt${i}`]).flat(),
]);

/** Throws `name-invalid` with the rule that the name breaks. */
export function requirePackageName(name: string): void {
  const broken = brokenRule(name);
  if (broken !== null) {
    throw new RegistryError('name-invalid', `The name ${JSON.stringify(name.slice(0, 120))} ${broken}.`);
  }
}

function brokenRule(name: string): string | null {
  if (name.length < 2 || name.length > 96) return `has ${name.length} characters; 2 to 96 are allowed`;
  if (!shape.test(name)) {
    return 'may have letters A–Z, a–z, digits, and between them `.`, `_`, `-`, and one `/` after an owner';
  }
  if (/[._-]{2}/.test(name)) return 'has two separators in a row';
  const word = name.split('/').find((segment) => reserved.has(nameKey(segment)));
  if (word !== undefined) return `has the reserved word ${JSON.stringify(word)}`;
  return null;
}

/**
 * What makes names the same: `My_Model`, `my-model` and `my.model` cannot be different packages of one kind.
 * The rule is that of PEP 503 (Simple Repository API), section “Normalized Names”.
 */
export function nameKey(name: string): string {
  return name.toLowerCase().replace(/[._-]+/g, '-');
}
