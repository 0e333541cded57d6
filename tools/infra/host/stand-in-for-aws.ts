// `aws`, as far as a host of the registry uses it: the same arguments, the same output, the usual variables.
import { parseArgs } from 'node:util';
import { requestOfAws } from '../aws-request.ts';

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
const answer = await requestOfAws<Answer>(
  AWS_ENDPOINT_URL,
  { service, region: values.region, target: asked.target },
  { SecretId: values['secret-id'] },
  { AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN },
);
console.log(asked.answer(answer));
