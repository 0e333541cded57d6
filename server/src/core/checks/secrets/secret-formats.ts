// What secrets look like that stand in one piece, without a space. Every pattern ends by itself: none takes more than
// `longestBytes`, and none goes back over what it has read.
import type { RuleId } from '../rules.ts';
import { hasCrc32Digits } from './judge-value.ts';

export interface SecretFormat {
  /** As people know it; `a`, `an` included. */
  readonly name: string;
  readonly rule: RuleId;
  /** The secret is the first group where there is one, else all of it. */
  readonly pattern: RegExp;
  /** Less entropy, in bits a character, and it is made up. */
  readonly leastEntropy: number;
  /** Check digits, and the like: one that does not pass is only possibly a secret. */
  readonly isValid?: (secret: string) => boolean;
  /** What must stand around it for it to be one. */
  readonly context?: RegExp;
}

export const longestBytes = 4_096;

/** No part of a longer word. */
const word = (pattern: string) => new RegExp(`(?<![A-Za-z0-9_-])${pattern}(?![A-Za-z0-9_-])`, 'g');

const token = (name: string, pattern: string, leastEntropy = 3.5): SecretFormat => ({
  name,
  rule: 'secrets.token',
  pattern: word(pattern),
  leastEntropy,
});

export const secretFormats: readonly SecretFormat[] = [
  { ...token('a GitHub token', 'gh[pousr]_[A-Za-z0-9]{36}'), isValid: hasCrc32Digits },
  token('a fine-grained GitHub token', 'github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}'),
  token('a GitLab token', 'gl(?:pat|oas|dt|rt|cbt|ptt|ft|agent|soat)-[A-Za-z0-9_-]{20,300}'),
  { ...token('an npm token', 'npm_[A-Za-z0-9]{36}'), isValid: hasCrc32Digits },
  token('a PyPI token', 'pypi-AgE[A-Za-z0-9_-]{60,1000}'),
  token('a Slack token', 'xox[abeoprs]-(?:[0-9]{1,20}-){0,4}[A-Za-z0-9-]{10,200}', 3),
  token('a Slack app token', 'xapp-[0-9]-[A-Z0-9]{8,20}-[0-9]{8,20}-[a-f0-9]{64}'),
  token('a Slack web hook', 'hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9/]{40,200}', 3),
  token('a Stripe key', '[rs]k_live_[A-Za-z0-9]{20,250}'),
  token('a Hugging Face token', '(?:hf|api_org)_[A-Za-z]{34}'),
  token('an OpenAI key', 'sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,120}T3BlbkFJ[A-Za-z0-9_-]{20,120}'),
  token('an Anthropic key', 'sk-ant-(?:api|admin|oat)[0-9]{2}-[A-Za-z0-9_-]{80,120}'),
  token('a SendGrid key', 'SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}'),
  token('a Telegram bot token', '[0-9]{8,10}:AA[A-Za-z0-9_-]{33}'),
  { ...token('a Twilio key', 'SK[0-9a-f]{32}', 3), context: /twilio/i },
  {
    name: 'the auth token of an .npmrc',
    rule: 'secrets.password',
    pattern: /:_(?:authToken|password|auth)=([^\s$<{][^\s]{7,500})/g,
    leastEntropy: 2.5,
  },
  {
    name: 'the key of an Azure storage account',
    rule: 'secrets.cloud-key',
    pattern: /AccountKey=([A-Za-z0-9+/]{86}==)/g,
    leastEntropy: 4.5,
  },
  {
    name: 'a shared access signature of Azure',
    rule: 'secrets.cloud-key',
    pattern: /[?&]sig=((?:[A-Za-z0-9+/]|%[0-9A-Fa-f]{2}){43,60}(?:=|%3[dD]))/g,
    leastEntropy: 4,
    context: /[?&]s[evp]=/,
  },
  {
    name: 'a Google API key',
    rule: 'secrets.possible',
    pattern: word('AIza[A-Za-z0-9_-]{35}'),
    leastEntropy: 4,
  },
  {
    name: 'a signed JSON web token',
    rule: 'secrets.possible',
    pattern: word('eyJ[A-Za-z0-9_-]{10,1000}\\.eyJ[A-Za-z0-9_-]{10,2500}\\.[A-Za-z0-9_-]{20,500}'),
    leastEntropy: 4,
  },
  {
    name: 'a password in the address of a database',
    rule: 'secrets.possible',
    pattern:
      /(?:postgres|postgresql|mysql|mariadb|mongodb|mongodb\+srv|rediss?|amqps?|mssql|clickhouse)(?:\+[a-z0-9]{1,20})?:\/\/[^\s:@/]{0,100}:([^\s:@/]{6,200})@(?!localhost|127\.|0\.0\.0\.0|\[::1|(?:[a-z0-9-]{1,60}\.){0,4}example\.|host\b|db\b)/g,
    leastEntropy: 2.5,
  },
];

/** Where a text without any of these can be left alone. */
export const anyFormat =
  /gh[pousr]_|github_pat_|gl[a-z]{2,5}-|npm_|pypi-|xox[a-z]-|xapp-|slack\.com|k_live_|hf_|api_org_|sk-|SG\.|:AA|SK[0-9a-f]{8}|:_|AccountKey=|sig=|AIza|eyJ|:\/\/|A[KS]IA/;

/** Of AWS: its id, which is no secret by itself. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
export const awsKeyId = word('A[KS]IA[A-Z2-7]{16}');
/** The secret that belongs to it stands by itself, somewhere near. */
export const awsSecret = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g;
