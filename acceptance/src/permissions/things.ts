// What the operations work on: made by the owner, once to be shared by all who are refused, and anew for everybody
// who may change it.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { unsafePackage } from '../bad-packages.ts';
import { type Api, ok, type Page, waitFor } from '../call.ts';
import { begin, type Download, decided, publish, sendForm, smallPackage, upload } from '../packages.ts';
import { addUser, type User } from '../users.ts';
import type { Callers } from './callers.ts';

export interface Thing {
  /** What fills the places of a path, and what requests take from it. */
  readonly ids: Readonly<Record<string, string>>;
  /**
   * Who may know of it: `open`, everybody who may do such a thing at all; `hidden`, those who maintain it; `shared`, these
   * and the reader; `gone`, nobody: it is not (yet, or any more) there in this way.
   */
  readonly state: 'open' | 'hidden' | 'shared' | 'gone';
  /** Whose it is, when not the owner's of these tests. */
  readonly owner?: User;
  /** A signed address, and the form that goes with it. */
  readonly address?: string;
  readonly form?: FormData;
}

interface Delivery {
  readonly id: string;
  readonly state: string;
  readonly eventId: string;
}

let made = 0;
const fresh = (what: string) => `${what}-${++made}`;

export class Things {
  readonly #callers: Callers;
  readonly #shared = new Map<ThingKind, Promise<Thing>>();
  readonly #receiver: Server;

  constructor(callers: Callers) {
    this.#callers = callers;
    // Takes what is told to webhooks.
    this.#receiver = createServer((_request, response) => response.writeHead(204).end());
    this.#receiver.listen(0, '127.0.0.1');
    this.#receiver.unref();
  }

  /** The one that nobody is to change. */
  shared(kind: ThingKind): Promise<Thing> {
    const thing = this.#shared.get(kind) ?? this.make(kind);
    this.#shared.set(kind, thing);
    return thing;
  }

  make(kind: ThingKind): Promise<Thing> {
    return this.#makers[kind]();
  }

  /** An address where a webhook may be told something. */
  async receiver(): Promise<string> {
    if (!this.#receiver.listening) await once(this.#receiver, 'listening');
    return `http://127.0.0.1:${(this.#receiver.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#receiver.closeAllConnections();
    this.#receiver.close();
  }

  get #owner(): Api {
    return this.#callers.owner.session;
  }

  readonly #makers = {
    group: async () => ({ ids: { id: await this.#group([]) }, state: 'open' }),
    /** Of the owner and the member. */
    makers: async () => ({ ids: { id: this.#callers.groupId }, state: 'open' }),
    membership: async () => {
      const { stranger } = this.#callers;
      return { ids: { id: await this.#group([stranger]), userId: stranger.id }, state: 'open' };
    },
    /** The account of somebody who is the owner of it. */
    account: async () => {
      const owner = await addUser(this.#callers.admin, fresh('account'));
      return { ids: { id: owner.id }, state: 'open', owner };
    },
    owner: async () => ({ ids: { user: this.#callers.owner.id }, state: 'open' }),
    token: async () => {
      const body = { name: fresh('token'), permissions: ['search'] };
      const { id } = await ok(this.#owner.post<{ id: string }>('/api/tokens', body), 201);
      return { ids: { id }, state: 'open' };
    },
    /** Of something that the owner did, as soon as a checkpoint of the tree reaches it. */
    auditEntry: async () => {
      const { admin, owner } = this.#callers;
      const own = { user: owner.id, operation: 'account.log-in' };
      const entry = await waitFor('an entry of the audit', async () => {
        return (await admin.session.all<{ id: string }>('/api/audit', own))[0];
      });
      const path = `/api/audit/entries/${entry.id}/proof`;
      // DynamoDB gives entries out to the tree when minutes have passed.
      const proven = async () => (await admin.session.get(path)).status === 200;
      await waitFor('the proof of an entry', proven, { timeoutMs: 300_000 });
      return { ids: { id: entry.id }, state: 'open' };
    },
    item: async () => {
      const body = { name: fresh('item'), description: 'One.', category: 'things' };
      return {
        ids: { id: (await ok(this.#owner.post<{ id: string }>('/items', body), 201)).id },
        state: 'open',
      };
    },

    published: () => this.#published(),
    /** Published, and only for a group. */
    forReaders: async () => {
      const visibleTo = [this.#callers.readersId];
      return { ...(await this.#published({ visibility: 'groups', visibleTo })), state: 'shared' };
    },
    /** Published, and only for those who maintain it. */
    forOwner: async () => ({ ...(await this.#published({ visibility: 'owner' })), state: 'hidden' }),
    yanked: async () => {
      const thing = await this.#published();
      await ok(this.#owner.post(`/api/packages/${thing.ids.id}/versions/1.0.0/yank`, { reason: 'for now' }));
      return thing;
    },
    /** A version in quarantine, of a package that is published. */
    quarantinedLabel: async () => {
      const { ids } = await this.#published();
      await this.#quarantined(ids.name ?? '', '2.0.0');
      return { ids: { ...ids, version: '2.0.0' }, state: 'gone' };
    },
    /** A package of which nothing was published. */
    hidden: async () => {
      const name = fresh('hidden');
      const { packageId } = await this.#quarantined(name, '1.0.0');
      await this.#handToGroup(packageId);
      return { ids: { id: packageId, version: '1.0.0', name }, state: 'hidden' };
    },
    /** Of a package that everybody sees: to whom does not maintain it there is none. */
    validator: async () => ({ ...(await this.#validated()), state: 'hidden' }),
    /** The same, for those who learn only that the package is not theirs to change. */
    removableValidator: () => this.#validated(),
    quarantined: async () => {
      const { versionId } = await this.#quarantined(fresh('quarantined'), '1.0.0');
      return { ids: { id: versionId }, state: 'open' };
    },
    publishedVersionId: async () => {
      const { versionId } = await publish(this.#owner, { name: fresh('published') });
      return { ids: { id: versionId }, state: 'gone' };
    },

    upload: async () => {
      const { id } = await begin(this.#owner, { name: fresh('begun') }, 20_000_000, { method: 'parts' });
      return { ids: { id, upload: id }, state: 'open' };
    },
    sentUpload: async () => {
      const bytes = await smallPackage(fresh('sent'));
      const { id, form } = await begin(this.#owner, { name: fresh('sent') }, bytes.length);
      if (form !== undefined) await ok(sendForm(form, bytes), 204);
      return { ids: { id }, state: 'open' };
    },
    formAddress: async () => {
      const bytes = await smallPackage(fresh('form'));
      const { form: given } = await begin(this.#owner, { name: fresh('form') }, bytes.length);
      const form = new FormData();
      for (const [name, value] of Object.entries(given?.fields ?? {})) form.append(name, value);
      form.append('file', new Blob([new Uint8Array(bytes)]), 'package.zip');
      return { ids: {}, state: 'open', address: given?.url ?? '', form };
    },
    partAddress: async () => {
      const { parts } = await begin(this.#owner, { name: fresh('part') }, 4, { method: 'parts' });
      return { ids: {}, state: 'open', address: parts?.addresses[0]?.url ?? '' };
    },
    contentAddress: async () => {
      const { ids } = await this.shared('published');
      const { url } = await ok(this.#owner.get<Download>(`/api/packages/${ids.id}/download`));
      return { ids: {}, state: 'open', address: url };
    },

    webhook: async () => ({ ids: { id: await this.#webhook(this.#callers.owner) }, state: 'open' }),
    delivery: async () => {
      const id = await this.#webhook(this.#callers.owner);
      const delivery = await this.#delivered(this.#callers.owner, id);
      return { ids: { id, deliveryId: delivery.id }, state: 'open' };
    },
    /** Asked for at a webhook that is not the one it was sent to. */
    deliveryOfAnother: async () => {
      const { stranger } = this.#callers;
      const foreign = await this.#delivered(stranger, await this.#webhook(stranger));
      const { ids } = await this.shared('webhook');
      return { ids: { id: ids.id ?? '', deliveryId: foreign.id }, state: 'gone' };
    },
    event: async () => {
      const { ids } = await this.shared('delivery');
      const { items } = await ok(this.#owner.get<Page<Delivery>>(`/api/webhooks/${ids.id}/deliveries`));
      return { ids: { after: items[0]?.eventId ?? '' }, state: 'open' };
    },
  } satisfies Record<string, () => Promise<Thing>>;

  async #published(access: object = {}): Promise<Thing> {
    const name = fresh('published');
    const { packageId, digest } = await publish(this.#owner, { name });
    await this.#handToGroup(packageId, access);
    return { ids: { id: packageId, version: '1.0.0', path: 'README.md', name, digest }, state: 'open' };
  }

  async #validated(): Promise<Thing> {
    const { ids, state } = await this.#published();
    const body = { language: 'javascript', source: 'process.exit(0);' };
    await ok(this.#owner.patch(`/api/packages/${ids.id}`, { sensitive: true }), 200);
    await ok(this.#owner.put(`/api/packages/${ids.id}/validator`, body), 200);
    return { ids: { ...ids, number: '1' }, state };
  }

  async #quarantined(name: string, version: string): Promise<{ packageId: string; versionId: string }> {
    const { id } = await upload(this.#owner, { name, version }, await unsafePackage(fresh('unsafe')));
    const { packageId, versionId } = await decided(this.#owner, id);
    return { packageId: packageId ?? '', versionId: versionId ?? '' };
  }

  async #handToGroup(packageId: string, access: object = {}): Promise<void> {
    const { groupId } = this.#callers;
    await ok(this.#owner.patch(`/api/packages/${packageId}`, { groupId, ...access }), 200);
  }

  async #group(members: readonly User[]): Promise<string> {
    const { session } = this.#callers.admin;
    const { id } = await ok(session.post<{ id: string }>('/api/groups', { name: fresh('group') }), 201);
    for (const { id: userId } of members) await ok(session.put(`/api/groups/${id}/members/${userId}`), 204);
    return id;
  }

  async #webhook({ session }: User): Promise<string> {
    const body = { url: await this.receiver(), kinds: ['version.published'] };
    return (await ok(session.post<{ id: string }>('/api/webhooks', body), 201)).id;
  }

  async #delivered({ session }: User, webhookId: string): Promise<Delivery> {
    await publish(session, { name: fresh('told') });
    return waitFor('a delivery', async () => {
      const page = await ok(session.get<Page<Delivery>>(`/api/webhooks/${webhookId}/deliveries`));
      return page.items.find(({ state }) => state === 'delivered');
    });
  }
}

export type ThingKind =
  | 'group'
  | 'makers'
  | 'membership'
  | 'account'
  | 'owner'
  | 'token'
  | 'auditEntry'
  | 'item'
  | 'published'
  | 'forReaders'
  | 'forOwner'
  | 'yanked'
  | 'quarantinedLabel'
  | 'hidden'
  | 'validator'
  | 'removableValidator'
  | 'quarantined'
  | 'publishedVersionId'
  | 'upload'
  | 'sentUpload'
  | 'formAddress'
  | 'partAddress'
  | 'contentAddress'
  | 'webhook'
  | 'delivery'
  | 'deliveryOfAnother'
  | 'event';
