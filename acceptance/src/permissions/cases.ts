// For every operation that has a route: how it is asked for, and what of it the table of operations does not say.
// Who may do it is not said here but computed from the table. Over 400 lines because it is one list.
import type { Given } from '../call.ts';
import { declared } from '../packages.ts';
import { newPassword } from '../users.ts';
import type { Who } from './callers.ts';
import type { Thing, ThingKind } from './things.ts';

export interface Case {
  /** What is special about it, where an operation has several. */
  readonly about?: string;
  /** The status for those who may; with the code where it is refused to them for another reason. */
  readonly good: number | string;
  readonly thing?: ThingKind;
  /** The id of the thing that a request for one that does not exist has otherwise. */
  readonly another?: string;
  readonly given?: (ids: Thing['ids'], who: Who, receiver: string) => Given & { readonly form?: FormData };
  /** It changes the thing: whoever may gets one of their own. */
  readonly changes?: true;
  /** It is about the account of whoever asks: they have somebody like them do it. */
  readonly byTwin?: true;
  /** An answer that is promised apart from the table; undefined: what the table says. */
  readonly instead?: (who: Who) => string | undefined;
  /** A documented exception: it is told that the thing exists. */
  readonly tells?: true;
  /** A list: it shows this thing to its owner, and to nobody who may not see it. */
  readonly shows?: ThingKind;
}

let count = 0;
const fresh = (what: string) => `asked-${what}-${++count}`;
const reason = 'because of a test';
const because = () => ({ query: { reason } });
const becauseInBody = () => ({ body: { reason } });
/** No finding is of that rule: what is looked at first is who asks. */
const markingNothing = () => ({
  body: { rule: 'structure.unknown', reason, expiresAt: new Date(Date.now() + 86_400_000).toISOString() },
});
const allowing = () => ({ body: { language: 'javascript', source: 'process.exit(0);' } });
const named = (name: string) => ({ body: declared({ name }, 1_000) });
const byLabel = ({ version }: Thing['ids']) => ({ query: { version } });
const ofUser = ({ user }: Thing['ids']) => ({ query: { user } });
const taken = (who: Who) =>
  !who.isMaintainer && who.permissions.includes('upload') ? '409 name-taken' : undefined;
const packageInBody = ({ id }: Thing['ids']) => ({ body: { package: id } });
/** Who may read nothing at all does not learn what there is. */
const unlessReader = ({ user, isAdmin, permissions }: Who) =>
  user === null || isAdmin || permissions.includes('search') || permissions.includes('download')
    ? undefined
    : '404 not-found';
const unsigned = () => '403 address-invalid';
const forAdmin = (refusal: string) => (who: Who) => (who.user === null || who.isAdmin ? undefined : refusal);

/** The same for packages that not everybody sees. */
function restricted(one: Omit<Case, 'about' | 'thing' | 'shows'>, how: 'thing' | 'shows' = 'thing'): Case[] {
  return [
    { ...one, about: 'that a group sees', [how]: 'forReaders' },
    { ...one, about: 'that only its maintainers see', [how]: 'forOwner' },
  ];
}

function packageForm(name: string): FormData {
  const form = new FormData();
  form.append('package_name', name);
  form.append('version', '1.0.0');
  form.append('file', new Blob(['no archive'], { type: 'application/zip' }), 'package.zip');
  return form;
}

/** Null: there is no route. */
export const cases: Readonly<Record<string, readonly Case[] | null>> = {
  'account.register': [
    {
      good: 201,
      given: () => ({ body: { name: fresh('user'), password: newPassword() } }),
      instead: (who) => (who.isAdmin ? undefined : '403 registration-closed'),
    },
  ],
  'account.log-in': [
    {
      good: 200,
      byTwin: true,
      given: (_ids, { user }) => ({ body: { name: user?.name ?? '', password: user?.password ?? '' } }),
      instead: ({ user }) => (user === null ? '401 login-failed' : undefined),
    },
  ],
  'account.log-out': [{ good: 204, byTwin: true }],
  'account.read': [{ good: 200 }],
  'account.change-password': [
    {
      good: 204,
      byTwin: true,
      given: (_ids, { user }) => ({
        body: { currentPassword: user?.password ?? '', newPassword: newPassword() },
      }),
    },
  ],
  'user.list': [{ good: 200 }],
  'user.read': [{ good: 200, thing: 'account' }],
  'user.change': [
    { good: 200, thing: 'account', changes: true, given: () => ({ body: { permissions: ['search'] } }) },
  ],
  'user.delete': [{ good: 204, thing: 'account', changes: true }],
  'group.list': [{ good: 200 }],
  'group.read': [{ good: 200, thing: 'group' }],
  'group.create': [{ good: 201, given: () => ({ body: { name: fresh('group') } }) }],
  'group.change': [
    { good: 200, thing: 'group', changes: true, given: () => ({ body: { description: 'Changed.' } }) },
  ],
  'group.delete': [{ good: 204, thing: 'group', changes: true }],
  'group.list-members': [
    {
      good: 200,
      thing: 'makers',
      // Everybody may know of a group, but not who is in it.
      tells: true,
      instead: (who) => (who.user === null || who.isMaintainer ? undefined : '403 permission-denied'),
    },
  ],
  'group.add-member': [{ good: 204, thing: 'membership', changes: true }],
  'group.remove-member': [
    { good: 204, thing: 'membership', changes: true },
    { about: 'somebody else', good: 204, thing: 'membership', changes: true, another: 'userId' },
  ],
  'token.list': [
    { good: 200, shows: 'token' },
    {
      about: 'of a user',
      good: 200,
      thing: 'owner',
      another: 'user',
      given: ({ user }) => ({ query: { userId: user } }),
    },
  ],
  'token.create': [
    {
      good: 201,
      given: (_ids, { permissions }) => ({
        body: { name: fresh('token'), permissions: permissions.slice(0, 1) },
      }),
      instead: ({ user, permissions }) =>
        user !== null && permissions.length === 0 ? '400 invalid-request' : undefined,
    },
    {
      about: 'for more than one may',
      good: 201,
      given: () => ({ body: { name: fresh('token'), permissions: ['admin'] } }),
      instead: forAdmin('403 permission-denied'),
    },
  ],
  'token.revoke': [{ good: 204, thing: 'token', changes: true }],

  'upload.begin': [
    { good: 201, given: () => named(fresh('new')) },
    {
      about: 'of a name that is taken',
      good: '409 version-exists',
      thing: 'published',
      tells: true,
      instead: taken,
      given: ({ name = '' }) => named(name),
    },
    {
      about: 'of a name that is taken by a hidden package',
      good: '409 version-exists',
      thing: 'hidden',
      tells: true,
      instead: taken,
      given: ({ name = '' }) => named(name),
    },
    ...restricted({
      good: '409 version-exists',
      tells: true,
      instead: taken,
      given: ({ name = '' }) => named(name),
    }),
  ],
  'upload.list': [
    { good: 200, shows: 'upload' },
    { about: 'of a user', good: 200, thing: 'owner', another: 'user', given: ofUser },
  ],
  'upload.read': [{ good: 200, thing: 'upload' }],
  'upload.address-parts': [{ good: 200, thing: 'upload', given: () => ({ body: { partNumbers: [1] } }) }],
  'upload.complete': [{ good: 200, thing: 'sentUpload', changes: true }],
  'upload.abort': [{ good: 200, thing: 'upload', changes: true }],
  'package.upload': [
    { good: 201, given: () => ({ form: packageForm(fresh('new')) }) },
    {
      about: 'of a name that is taken by a hidden package',
      good: '409 version-exists',
      thing: 'hidden',
      tells: true,
      instead: taken,
      given: ({ name = '' }) => ({ form: packageForm(name) }),
    },
    ...restricted({
      good: '409 version-exists',
      tells: true,
      instead: taken,
      given: ({ name = '' }) => ({ form: packageForm(name) }),
    }),
  ],

  'package.list': [
    { good: 200, shows: 'published' },
    { about: 'of one name', good: 200, shows: 'hidden', given: ({ name }) => ({ query: { name } }) },
    {
      about: 'of the hidden ones',
      good: 200,
      shows: 'hidden',
      given: () => ({ query: { state: 'hidden' } }),
    },
    ...restricted({ good: 200, given: ({ name }) => ({ query: { name } }) }, 'shows'),
  ],
  'package.search': [
    { good: 200, shows: 'published', given: ({ name }) => ({ query: { q: name } }) },
    { about: 'of a hidden name', good: 200, shows: 'hidden', given: ({ name }) => ({ query: { q: name } }) },
    ...restricted({ good: 200, given: ({ name }) => ({ query: { q: name } }) }, 'shows'),
  ],
  'package.read': [
    { good: 200, thing: 'published' },
    { about: 'hidden', good: 200, thing: 'hidden' },
    ...restricted({ good: 200 }),
  ],
  'package.change': [
    { good: 200, thing: 'published', changes: true, given: () => ({ body: { title: 'Changed' } }) },
    {
      about: 'hidden',
      good: 200,
      thing: 'hidden',
      changes: true,
      given: () => ({ body: { title: 'Changed' } }),
    },
    ...restricted({ good: 200, changes: true, given: () => ({ body: { visibility: 'everybody' } }) }),
  ],
  'package.delete': [
    { good: 204, thing: 'published', changes: true, given: because },
    { about: 'hidden', good: 204, thing: 'hidden', changes: true, given: because },
    ...restricted({ good: 204, changes: true, given: because }),
  ],
  'version.list': [
    { good: 200, thing: 'published' },
    { about: 'of a hidden package', good: 200, thing: 'hidden' },
    ...restricted({ good: 200 }),
  ],
  'version.read': [
    { good: 200, thing: 'published' },
    { about: 'of a hidden package', good: '404 not-found', thing: 'hidden' },
    { about: 'in quarantine', good: 200, thing: 'quarantinedLabel', another: 'version' },
    ...restricted({ good: 200 }),
  ],
  'version.yank': [
    { good: 200, thing: 'published', changes: true, given: becauseInBody },
    { about: 'of a hidden package', good: '404 not-found', thing: 'hidden', given: becauseInBody },
    {
      about: 'in quarantine',
      good: 200,
      thing: 'quarantinedLabel',
      another: 'version',
      given: becauseInBody,
    },
    ...restricted({ good: 200, changes: true, given: becauseInBody }),
  ],
  'version.unyank': [
    { good: 200, thing: 'yanked', changes: true, given: becauseInBody },
    { about: 'of a hidden package', good: '404 not-found', thing: 'hidden', given: becauseInBody },
    {
      about: 'in quarantine',
      good: 200,
      thing: 'quarantinedLabel',
      another: 'version',
      given: becauseInBody,
    },
    ...restricted({ good: '409 state-conflict', given: becauseInBody }),
  ],
  'version.delete': [
    { good: 200, thing: 'published', changes: true, given: because },
    { about: 'of a hidden package', good: '404 not-found', thing: 'hidden', given: because },
    { about: 'in quarantine', good: 200, thing: 'quarantinedLabel', another: 'version', given: because },
    ...restricted({ good: 200, changes: true, given: because }),
  ],
  'version.download': [
    { good: 200, thing: 'published' },
    { about: 'of a hidden package', good: '404 not-found', thing: 'hidden', given: byLabel },
    { about: 'in quarantine', good: 200, thing: 'quarantinedLabel', another: 'version', given: byLabel },
    ...restricted({ good: 200 }),
    ...restricted({ good: 200, given: byLabel }),
  ],
  'version.list-checks': [
    { good: 200, thing: 'published' },
    { about: 'of a hidden package', good: '404 not-found', thing: 'hidden', given: byLabel },
    { about: 'in quarantine', good: 200, thing: 'quarantinedLabel', another: 'version', given: byLabel },
    ...restricted({ good: 200 }),
    ...restricted({ good: 200, given: byLabel }),
  ],
  'version.list-verdicts': [
    { good: 200, thing: 'published' },
    { about: 'of a hidden package', good: '404 not-found', thing: 'hidden', given: byLabel },
    { about: 'in quarantine', good: 200, thing: 'quarantinedLabel', another: 'version', given: byLabel },
    ...restricted({ good: 200 }),
    ...restricted({ good: 200, given: byLabel }),
  ],
  'version.read-hallmark': [{ good: 200, thing: 'published' }, ...restricted({ good: 200 })],
  'version.list-hallmarks': [{ good: 200, thing: 'published' }, ...restricted({ good: 200 })],
  'version.list-files': [
    { good: 200, thing: 'published' },
    { about: 'of a hidden package', good: '404 not-found', thing: 'hidden', given: byLabel },
    { about: 'in quarantine', good: 200, thing: 'quarantinedLabel', another: 'version', given: byLabel },
    ...restricted({ good: 200 }),
    ...restricted({ good: 200, given: byLabel }),
  ],
  'version.read-file': [
    { good: 200, thing: 'published' },
    { about: 'in quarantine', good: 200, thing: 'quarantinedLabel', another: 'version', given: byLabel },
    ...restricted({ good: 200 }),
    ...restricted({ good: 200, given: byLabel }),
  ],
  'version.decide': null,

  'validator.read': [{ good: 200, thing: 'validator' }],
  'validator.list-versions': [{ good: 200, thing: 'validator' }],
  'validator.read-version': [{ good: 200, thing: 'validator' }],
  'validator.register': [
    { good: 200, thing: 'published', changes: true, given: allowing },
    { about: 'for a hidden package', good: 200, thing: 'hidden', changes: true, given: allowing },
  ],
  'validator.remove': [{ good: 204, thing: 'removableValidator', changes: true }],
  'package.list-downloads': [{ good: 200, thing: 'validator' }],

  'quarantine.approve': null,
  'quarantine.list': [{ good: 200 }],
  'quarantine.read': [
    { good: 200, thing: 'quarantined' },
    { about: 'that is published', good: 200, thing: 'publishedVersionId' },
  ],
  'quarantine.list-files': [
    { good: 200, thing: 'quarantined' },
    { about: 'that is published', good: 200, thing: 'publishedVersionId' },
  ],
  'quarantine.read-file': [
    { good: 200, thing: 'quarantined' },
    { about: 'that is published', good: 200, thing: 'publishedVersionId' },
  ],
  'quarantine.read-blast-radius': [
    { good: 200, thing: 'quarantined' },
    { about: 'that is published', good: 200, thing: 'publishedVersionId' },
  ],
  'quarantine.list-false-alarms': [
    { good: 200, thing: 'quarantined' },
    { about: 'that is published', good: 200, thing: 'publishedVersionId' },
  ],
  'quarantine.mark-false-alarm': [
    { good: '400 invalid-request', thing: 'quarantined', changes: true, given: markingNothing },
    { about: 'that is published', good: 201, thing: 'publishedVersionId', given: markingNothing },
  ],
  'quarantine.release': [
    { good: 202, thing: 'quarantined', changes: true, given: becauseInBody },
    { about: 'that is published', good: 202, thing: 'publishedVersionId', given: becauseInBody },
  ],
  'quarantine.reject': [
    { good: 200, thing: 'quarantined', changes: true, given: becauseInBody },
    { about: 'that is published', good: 200, thing: 'publishedVersionId', given: becauseInBody },
  ],
  'version.explain': [
    { good: 200, thing: 'published', given: packageInBody, instead: unlessReader },
    ...restricted({ good: 200, given: packageInBody, instead: unlessReader }),
  ],
  'policy.read': [{ good: 200 }],
  'policy.change': [
    {
      good: '409 state-conflict',
      given: () => ({ body: { text: '// for nobody', reason, expected: 999_999 } }),
    },
  ],
  'policy.list-versions': [{ good: 200 }],
  'policy.read-version': [{ good: '404 not-found', given: () => ({}) }],
  'policy.replay': [
    {
      good: 200,
      given: () => ({
        body: { text: '', from: '2026-01-01T00:00:00Z', until: '2026-01-01T00:00:01Z' },
      }),
    },
  ],
  'audit.list': [{ good: 200 }],
  'audit.read-checkpoint': [{ good: 200, thing: 'auditEntry' }],
  'audit.prove-entry': [{ good: 200, thing: 'auditEntry' }],
  'audit.prove-consistency': [
    { good: 200, thing: 'auditEntry', given: () => ({ query: { from: 1, to: 1 } }) },
  ],
  'audit.export': [{ good: 200, thing: 'auditEntry', given: () => ({ query: { from: 0, until: 1 } }) }],
  'history.list-uploads': [
    { good: 200 },
    { about: 'of a user', good: 200, thing: 'owner', another: 'user', given: ofUser },
  ],
  'history.list-downloads': [
    { good: 200 },
    { about: 'of a user', good: 200, thing: 'owner', another: 'user', given: ofUser },
  ],
  'history.count-by-day': [
    { good: 200 },
    { about: 'of a user', good: 200, thing: 'owner', another: 'user', given: ofUser },
  ],
  'item.list': [{ good: 200 }],
  'item.create': [
    { good: 201, given: () => ({ body: { name: fresh('item'), description: 'One.', category: 'things' } }) },
  ],
  'item.read': [{ good: 200, thing: 'item' }],
  'event.follow': [
    { good: 200 },
    {
      about: 'of everybody',
      good: 200,
      given: () => ({ query: { all: true } }),
      instead: forAdmin('403 permission-denied'),
    },
    {
      about: 'after an event',
      good: 200,
      thing: 'event',
      another: 'after',
      given: ({ after }) => ({ query: { after } }),
      instead: (who) => (who.user === null || who.isOwner ? undefined : '400 invalid-cursor'),
    },
  ],
  'webhook.list': [
    { good: 200, shows: 'webhook' },
    {
      about: 'of everybody',
      good: 200,
      given: () => ({ query: { all: true } }),
      instead: forAdmin('403 permission-denied'),
    },
  ],
  'webhook.create': [
    { good: 201, given: (_ids, _who, url) => ({ body: { url, kinds: ['version.yanked'] } }) },
  ],
  'webhook.read': [{ good: 200, thing: 'webhook' }],
  'webhook.change': [
    { good: 200, thing: 'webhook', changes: true, given: () => ({ body: { active: false } }) },
  ],
  'webhook.delete': [{ good: 204, thing: 'webhook', changes: true }],
  'webhook.list-deliveries': [{ good: 200, thing: 'delivery' }],
  'webhook.redeliver': [
    { good: 202, thing: 'delivery', changes: true },
    { about: 'of another webhook', good: 202, thing: 'deliveryOfAnother', another: 'deliveryId' },
  ],
  // There is no dead job to run again, which only an administrator is told.
  'job.list-dead': [{ good: 200 }],
  'job.retry': [{ good: '409 state-conflict', given: () => ({}) }],

  'registry.welcome': [{ good: 200 }],
  'registry.keys': [{ good: 200 }],
  'registry.health': [{ good: 200 }],
  'registry.readiness': [{ good: 200 }],
  'registry.health-components': [{ good: 200 }],
  'registry.metrics': [{ good: 200 }],
  'registry.openapi': [{ good: 200 }],
  'registry.docs': null,
  'registry.error-page': [{ good: 200 }],
  'content.receive-form': [
    { good: 204, thing: 'formAddress', changes: true },
    {
      about: 'unsigned',
      good: 204,
      thing: 'upload',
      another: 'upload',
      instead: unsigned,
      given: () => ({ form: packageForm('x') }),
    },
  ],
  'content.receive-part': [
    { good: 200, thing: 'partAddress', changes: true },
    { about: 'unsigned', good: 200, thing: 'upload', another: 'upload', instead: unsigned },
  ],
  'content.read': [
    { good: 200, thing: 'contentAddress' },
    { about: 'unsigned', good: 200, thing: 'published', another: 'digest', instead: unsigned },
  ],
};
