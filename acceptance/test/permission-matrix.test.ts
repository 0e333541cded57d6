// Who may do what: every operation of the table, by every kind of caller. What is expected is computed from the table
// (docs/operations.md); acceptance/src/permissions/cases.ts says how each operation is asked for.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { ok } from '../src/call.ts';
import { gatherCallers, meets, twinOf, type Who } from '../src/permissions/callers.ts';
import { type Case, cases } from '../src/permissions/cases.ts';
import {
  documentedOperations,
  documentedRoutes,
  type Operation,
  type Route,
} from '../src/permissions/operations-table.ts';
import { type Thing, type ThingKind, Things } from '../src/permissions/things.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { enterAsAdministrator } from '../src/users.ts';

const server = await startServer({
  ASSAY_SESSION_USES: '1000000',
  ASSAY_REQUESTS_PER_MINUTE: '1000000',
  ASSAY_ANONYMOUS_REQUESTS_PER_MINUTE: '1000000',
  ASSAY_WORKER_POLL_MS: '10',
  ASSAY_AUDIT_TREE_EVERY_MS: '50',
  ASSAY_AUDIT_CHECKPOINT_EVERY_MS: '0',
  ASSAY_EVENT_STREAMS_PER_USER: '1000',
  ASSAY_WEBHOOK_ALLOW_PRIVATE: 'true',
  ASSAY_SANDBOX_KERNEL_LAYER: 'optional',
});
const callers = await gatherCallers(server, await enterAsAdministrator(server));
const things = new Things(callers);
const receiver = await things.receiver();
const operations = documentedOperations();
const routes = await documentedRoutes(server.api);
after(async () => {
  things.close();
  await server.stop();
  await removeTemporaryFolders();
});

const notFound = '404 not-found';
const denied = '403 permission-denied';

const untouchable: readonly (readonly [ThingKind, string])[] = [
  ['published', '/api/packages/{id}'],
  ['published', '/api/packages/{id}/versions'],
  ['forReaders', '/api/packages/{id}'],
  ['forOwner', '/api/packages/{id}'],
  ['yanked', '/api/packages/{id}/versions'],
  ['hidden', '/api/packages/{id}'],
  ['quarantined', '/api/quarantine/{id}'],
  ['upload', '/api/uploads/{id}'],
  ['sentUpload', '/api/uploads/{id}'],
  ['account', '/api/users/{id}'],
  ['group', '/api/groups/{id}'],
  ['membership', '/api/groups/{id}/members'],
  ['webhook', '/api/webhooks/{id}'],
  ['item', '/items/{id}'],
];
const before = await look();

test('every operation of the table has its cases here, and every route of the API is an operation', () => {
  assert.ok(operations.length > 60, `only ${operations.length} operations were read`);
  assert.deepEqual(Object.keys(cases).sort(), operations.map(({ name }) => name).sort());
  const asked = Object.keys(cases).filter((name) => cases[name] !== null);
  assert.deepEqual(asked.sort(), [...new Set(routes.map(({ operation }) => operation))].sort());
  const withRoute = operations.filter(({ name, hasRoute }) => hasRoute || name.startsWith('content.'));
  assert.deepEqual(asked.sort(), withRoute.map(({ name }) => name).sort());
});

for (const operation of operations.filter(({ hasRoute, name }) => hasRoute || name.startsWith('content.'))) {
  const route = routes.find((one) => one.operation === operation.name) ?? assert.fail(operation.name);
  describe(operation.name, () => {
    for (const one of cases[operation.name] ?? []) {
      test(titleOf(operation, one), async () => {
        const answers = await Promise.all(callers.all.map((who) => askedBy(who, operation, route, one)));
        const outcomes = answers.map(({ title, outcome }) => [title, outcome]);
        const expected = answers.map(({ title, expected }) => [title, expected]);
        assert.deepEqual(outcomes, expected);
      });
    }
  });
}

test('nothing of what was refused has changed anything', async () => {
  assert.deepEqual(await look(), before);
});

/** What the administrator sees of the things that only those work on who are refused. */
async function look(): Promise<object[]> {
  return Promise.all(
    untouchable.map(async ([kind, path]) => {
      const { ids } = await things.shared(kind);
      // The form of an upload is signed anew for everybody who asks.
      const { form: _, ...seen } = await ok(callers.admin.session.get<{ form?: object }>(filled(path, ids)));
      return { kind, path, ...seen };
    }),
  );
}

function titleOf({ needs, on }: Operation, { about, instead }: Case): string {
  const whose = on === '' ? '' : `, on what is ${on}`;
  const rule = `needs ${needs}${whose}${instead === undefined ? '' : ', and more'}`;
  return about === undefined ? rule : `${about}: ${rule}`;
}

/** What the table says, and where it is silent the case. */
function expectedFor(who: Who, { needs, on }: Operation, one: Case, thing: Thing | undefined): string {
  const instead = meets(who, needs) ? one.instead?.(who) : undefined;
  if (instead !== undefined) return instead;
  if (needs === 'nothing') return 'allowed';
  if (who.user === null) return '401 unauthenticated';
  if (!meets(who, needs)) return denied;
  if (thing === undefined) return 'allowed';
  if (on === 'own') {
    return thing.state !== 'gone' && (who.isOwner || who.isAdmin) ? 'allowed' : notFound;
  }
  if (thing.state === 'hidden' && !who.isMaintainer) return notFound;
  if (thing.state === 'shared' && !who.isMaintainer && !who.isReader) return notFound;
  if (on === 'maintained' && !who.isMaintainer) return mayRead(who) ? denied : notFound;
  return thing.state === 'gone' ? notFound : 'allowed';
}

const mayRead = ({ permissions }: Who) => permissions.includes('search') || permissions.includes('download');

interface Asked {
  readonly title: string;
  readonly expected: string;
  readonly outcome: string;
}

async function askedBy(asking: Who, operation: Operation, route: Route, one: Case): Promise<Asked> {
  const shared = one.thing && (await things.shared(one.thing));
  const expected = expectedFor(asking, operation, one, shared);
  const isTheirs = one.changes === true && expected === 'allowed' && one.thing !== undefined;
  const thing = isTheirs && one.thing ? await things.make(one.thing) : shared;
  const who = await inPersonOf(asking, one, thing);
  const answer = await ask(who, route, one, thing);
  const outcome = answer.status === one.good ? 'allowed' : `${answer.status} ${answer.code}`;
  if (one.shows !== undefined && outcome === 'allowed') await requireShown(who, one.shows, answer.text);
  // Those who may see a thing and not change it are told so; all others must not learn that it is there.
  const isSecret = expected !== 'allowed' && (expected !== denied || !meets(asking, operation.needs));
  if (thing !== undefined && isSecret && one.tells !== true) {
    await requireSameWhenMissing(who, route, one, thing, answer);
  }
  const good = typeof one.good === 'string' ? one.good : 'allowed';
  return { title: asking.title, expected: expected === 'allowed' ? good : expected, outcome };
}

async function inPersonOf(who: Who, one: Case, thing: Thing | undefined): Promise<Who> {
  if (one.byTwin) return twinOf(who, callers.admin);
  if (!who.isOwner || thing?.owner === undefined) return who;
  return { ...who, user: thing.owner, api: thing.owner.session };
}

interface Answer {
  readonly status: number;
  readonly code: string;
  /** What must not differ, but for the ids that were asked with. */
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string;
}

async function ask(who: Who, route: Route, one: Case, thing: Thing | undefined): Promise<Answer> {
  const ids = (thing ?? (one.shows && (await things.shared(one.shows))))?.ids ?? {};
  const { form, ...given } = one.given?.(ids, who, receiver) ?? {};
  const response = await (thing?.address === undefined && form === undefined
    ? who.api.fetch(route.method, filled(route.path, ids), given)
    : fetch(new URL(thing?.address ?? filled(route.path, ids), server.url), {
        method: route.method,
        headers: who.api.token === undefined ? {} : { authorization: `Bearer ${who.api.token}` },
        ...(route.method !== 'GET' && { body: thing?.form ?? form ?? new Blob(['four']) }),
      }));
  const isEndless = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (isEndless) await response.body?.cancel();
  const text = isEndless ? '' : await response.text();
  const { requestId = '', code = '' } = text.startsWith('{"type":') ? JSON.parse(text) : {};
  const told = requestId === '' ? text : text.replaceAll(requestId, '(request)');
  const changing = /^(connection|keep-alive|date|ratelimit-.*|x-request-id)$/;
  const headers = [...response.headers].filter(([name]) => !changing.test(name));
  return { status: response.status, code, headers, text: told };
}

async function requireSameWhenMissing(
  who: Who,
  route: Route,
  one: Case,
  thing: Thing,
  answer: Answer,
): Promise<void> {
  const name = one.another ?? 'id';
  const id = thing.ids[name];
  if (id === undefined) return;
  const other = unused(id);
  const missing = await ask(who, route, one, { ...thing, ids: { ...thing.ids, [name]: other } });
  const without = ({ text, ...rest }: Answer, asked: string) => ({
    ...rest,
    text: text.replaceAll(asked, `(${name})`),
  });
  assert.deepEqual(without(answer, id), without(missing, other), `${who.title} learns that it is there`);
}

/** Of the same form and length, and nothing's. */
function unused(id: string): string {
  if (/^\d+\.\d+\.\d+$/.test(id)) return id.replaceAll(/\d/g, '9');
  const digits = randomBytes(id.length).toString('hex');
  return [...id].map((char, i) => (/[0-9a-f]/.test(char) ? digits.charAt(i) : char)).join('');
}

async function requireShown(who: Who, kind: ThingKind, text: string): Promise<void> {
  const { ids, state } = await things.shared(kind);
  const isShown = text.includes(ids.id ?? '');
  const isPublic = kind === 'published';
  const isShared = state === 'shared' && (who.isMaintainer || who.isReader);
  const isFor = who.isOwner || isPublic || isShared;
  if (isFor) assert.ok(isShown || kind === 'hidden', `${who.title} is not shown ${kind}`);
  const mayKnow = isFor || who.isAdmin || (state === 'hidden' && who.isMaintainer);
  if (!mayKnow) assert.ok(!isShown, `${who.title} is shown ${kind}`);
}

function filled(path: string, ids: Thing['ids']): string {
  const others: Record<string, string> = {
    part: '1',
    code: 'not-found',
    id: 'nothing',
    path: 'README.md',
    number: '99',
  };
  return path.replaceAll(/\{(\w+)\}/g, (_all, name) => ids[name] ?? others[name] ?? assert.fail(path));
}
