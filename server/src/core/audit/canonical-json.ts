// JSON in the one form that two programs agree on (RFC 8785, JCS): no spaces, members in the order of their names' UTF-16
// code units, numbers and texts as ECMAScript writes them.

/** Members that are undefined are left out; half a surrogate pair is escaped. Throws for what JSON cannot say. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (Array.isArray(value)) return `[${value.map((part) => canonicalJson(part ?? null)).join(',')}]`;
  if (typeof value !== 'object') throw new Error(`A ${typeof value} has no canonical form.`);
  const members = Object.entries(value).filter(([, part]) => part !== undefined);
  members.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, part]) => `${JSON.stringify(name)}:${canonicalJson(part)}`).join(',')}}`;
}
