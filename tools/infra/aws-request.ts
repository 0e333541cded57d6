// A request to AWS without its SDK, for services that this repository has no client of.
import type { Credentials } from './emulator.ts';

export interface Operation {
  readonly service: string;
  readonly region: string;
  /** `<version of the service>.<operation>`, as the SDKs send it. */
  readonly target: string;
}

/** Rejects with the answer when it is a failure. */
export async function requestOfAws<T>(
  url: string,
  { service, region, target }: Operation,
  body: object,
  { AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN }: Pick<Credentials, 'AWS_ACCESS_KEY_ID' | 'AWS_SESSION_TOKEN'>,
): Promise<T> {
  const answer = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
      'x-amz-security-token': AWS_SESSION_TOKEN,
      // The emulator knows by it who asks, and does not look at the signature.
      authorization: `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/20250101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
  });
  if (!answer.ok) throw new Error(`${target}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
