// Forms as S3 takes them: the signed policy says until when, of which size and with which fields.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
import { type GateCredentials, Refusal, requireSignedText } from './s3-signature.ts';

export interface S3Form {
  readonly file: Buffer;
  /** By lower-case name; `key` among them. */
  readonly fields: ReadonlyMap<string, string>;
}

type Condition = readonly [operator: string, name: string, value: string] | Readonly<Record<string, string>>;

/** The form, when its policy was signed and holds. Throws a `Refusal` otherwise. */
export async function admittedForm(
  body: Buffer,
  contentType: string,
  bucket: string,
  credentials: GateCredentials,
  now: number,
): Promise<S3Form> {
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': contentType },
  }).formData();
  const file = form.get('file');
  if (!(file instanceof Blob)) throw new Refusal(400, 'InvalidArgument', 'there is no file');
  const fields = new Map<string, string>();
  for (const [name, value] of form) if (typeof value === 'string') fields.set(name.toLowerCase(), value);
  const field = (name: string) => fields.get(name) ?? '';
  const policy = field('policy');
  if (policy === '') throw new Refusal(403, 'AccessDenied', 'anonymous forms are not taken');
  requireSignedText(policy, credentials, {
    credential: field('x-amz-credential'),
    signature: field('x-amz-signature'),
  });
  const { expiration, conditions } = JSON.parse(Buffer.from(policy, 'base64').toString()) as {
    expiration: string;
    conditions: readonly (Condition | readonly ['content-length-range', number, number])[];
  };
  if (Date.parse(expiration) < now) throw new Refusal(403, 'AccessDenied', 'the policy has expired');
  const bytes = Buffer.from(await file.arrayBuffer());
  requireConditions(conditions, new Map([...fields, ['bucket', bucket]]), bytes.length);
  return { file: bytes, fields };
}

function requireConditions(
  conditions: readonly (Condition | readonly ['content-length-range', number, number])[],
  fields: ReadonlyMap<string, string>,
  sizeBytes: number,
): void {
  const named = new Set(['x-amz-signature', 'policy', 'bucket']);
  for (const condition of conditions) {
    const [operator, first, second] = isList(condition)
      ? condition
      : (['eq', ...(Object.entries(condition)[0] ?? ['', ''])] as const);
    if (operator === 'content-length-range') {
      if (sizeBytes < Number(first)) throw new Refusal(400, 'EntityTooSmall');
      if (sizeBytes > Number(second)) throw new Refusal(400, 'EntityTooLarge');
      continue;
    }
    const name = String(first).replace(/^\$/, '').toLowerCase();
    named.add(name);
    const value = fields.get(name) ?? '';
    const holds = operator === 'starts-with' ? value.startsWith(String(second)) : value === String(second);
    if (!holds) throw new Refusal(403, 'AccessDenied', `the condition for ${name} does not hold`);
  }
  const extra = [...fields.keys()].find((name) => !named.has(name) && !name.startsWith('x-ignore-'));
  if (extra !== undefined) throw new Refusal(403, 'AccessDenied', `the field ${extra} is not in the policy`);
}

function isList(condition: object): condition is readonly [string, string | number, string | number] {
  return Array.isArray(condition);
}
