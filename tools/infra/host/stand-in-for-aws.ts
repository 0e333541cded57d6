// `aws`, as far as a host of the registry uses it: the same arguments, the same output, the usual variables.
import { parseArgs } from 'node:util';

const targets: Readonly<
  Record<string, { readonly target: string; readonly answer: (body: Answer) => string }>
> = {
  'secretsmanager get-secret-value': {
    target: 'secretsmanager.GetSecretValue',
    answer: ({ SecretString = '' }) => SecretString,
  },
  'ecr get-login-password': {
    target: 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
    answer: ({ authorizationData: [token] = [] }) =>
      Buffer.from(token?.authorizationToken ?? '', 'base64')
        .toString()
        .replace(/^AWS:/, ''),
  },
};

interface Answer {
  readonly SecretString?: string;
  readonly authorizationData?: readonly { readonly authorizationToken: string }[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    region: { type: 'string' },
    'secret-id': { type: 'string' },
    query: { type: 'string' },
    output: { type: 'string' },
  },
});
const command = positionals.join(' ');
const asked = targets[command];
if (asked === undefined || values.region === undefined) throw new Error(`aws ${command} is not known here`);
const [service = ''] = positionals;
const { AWS_ENDPOINT_URL = '', AWS_ACCESS_KEY_ID = '', AWS_SESSION_TOKEN = '' } = process.env;
const response = await fetch(AWS_ENDPOINT_URL, {
  method: 'POST',
  body: JSON.stringify({ SecretId: values['secret-id'] }),
  headers: {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': asked.target,
    'x-amz-security-token': AWS_SESSION_TOKEN,
    // The emulator knows by it who asks, and does not look at the signature.
    authorization: `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/20250101/${values.region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  },
});
if (!response.ok) throw new Error(`aws ${command}: ${response.status} ${await response.text()}`);
console.log(asked.answer((await response.json()) as Answer));
