// Every operation of the API as a typed call. Over 400 lines because it is one list.
import { refusalThrown } from './problem.ts';
import type {
  AuditCheckpoint,
  AuditConsistency,
  AuditProof,
  ChecksOfVersion,
  ContentVerdict,
  Download,
  DownloadRecord,
  Explanation,
  FalseAlarm,
  Hallmark,
  ListedPolicies,
  ListedValidator,
  Package,
  PackageAccess,
  PackageFile,
  PackageKind,
  Page,
  PageOptions,
  PartAddress,
  Policies,
  PoliciesInForce,
  Reach,
  RegistryKeySet,
  Replay,
  Report,
  ReviewCase,
  Session,
  SignedEnvelope,
  Upload,
  User,
  Validator,
  ValidatorLanguage,
  ValidatorVersion,
  Version,
} from './shapes.ts';

export interface ClientOptions {
  /** Where the registry is, `https://assay.example.org`. */
  readonly url: string;
  /** A session's or a personal access token; without one only `login` and health are of use. */
  readonly token?: string;
  readonly fetch?: typeof fetch;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** One method per operation of the API. Refusals throw `AssayError`. */
export class AssayClient {
  readonly #url: string;
  readonly #token: string | undefined;
  readonly #fetch: typeof fetch;

  constructor(options: ClientOptions) {
    this.#url = options.url.replace(/\/+$/, '');
    this.#token = options.token;
    this.#fetch = options.fetch ?? fetch;
  }

  /** The same registry, as somebody else. */
  withToken(token: string): AssayClient {
    return new AssayClient({ url: this.#url, token, fetch: this.#fetch });
  }

  /** Any request to the API: a path below the registry's address, with the token. */
  async request(
    method: string,
    path: string,
    given: { query?: Query; body?: unknown; headers?: Readonly<Record<string, string>> } = {},
  ) {
    const address = new URL(this.#url + path);
    for (const [name, value] of Object.entries(given.query ?? {})) {
      if (value !== undefined) address.searchParams.set(name, String(value));
    }
    const headers = new Headers(given.headers);
    if (this.#token !== undefined) headers.set('authorization', `Bearer ${this.#token}`);
    if (given.body !== undefined) headers.set('content-type', 'application/json');
    const body = given.body === undefined ? null : JSON.stringify(given.body);
    return refusalThrown(await this.#fetch(address, { method, headers, body }));
  }

  async #json<T>(method: string, path: string, given: { query?: Query; body?: unknown } = {}): Promise<T> {
    const response = await this.request(method, path, given);
    return (await response.json()) as T;
  }

  // access

  logIn(name: string, password: string): Promise<Session> {
    return this.#json('POST', '/api/auth/login', { body: { name, password } });
  }

  async logOut(): Promise<void> {
    await this.request('POST', '/api/auth/logout');
  }

  whoAmI(): Promise<User> {
    return this.#json('GET', '/api/auth/me');
  }

  async changePassword(currentPassword: string, newPassword: string): Promise<void> {
    await this.request('PUT', '/api/auth/password', { body: { currentPassword, newPassword } });
  }

  register(user: { name: string; password: string; permissions?: readonly string[] }): Promise<User> {
    return this.#json('POST', '/api/auth/register', { body: user });
  }

  createToken(token: {
    name: string;
    permissions: readonly string[];
    packagePatterns?: readonly string[];
    expiresInDays?: number;
  }): Promise<{ id: string; token: string }> {
    return this.#json('POST', '/api/tokens', { body: token });
  }

  // uploads; see upload.ts for the whole way of a package

  /** What is said of `PackageAccess` is for a package that is new. */
  beginUpload(
    upload: Partial<PackageAccess> & {
      kind: PackageKind;
      name: string;
      version: string;
      fileName: string;
      sizeBytes: number;
      contentType?: string;
      digest?: string;
      method?: 'form' | 'parts';
    },
  ): Promise<Upload> {
    return this.#json('POST', '/api/uploads', { body: upload });
  }

  readUpload(id: string): Promise<Upload> {
    return this.#json('GET', `/api/uploads/${id}`);
  }

  listUploads(query: PageOptions & { state?: Upload['state'] } = {}): Promise<Page<Upload>> {
    return this.#json('GET', '/api/uploads', { query: { ...query } });
  }

  async addressParts(id: string, partNumbers: readonly number[]): Promise<readonly PartAddress[]> {
    const answer = await this.#json<{ addresses: PartAddress[] }>('POST', `/api/uploads/${id}/parts`, {
      body: { partNumbers },
    });
    return answer.addresses;
  }

  completeUpload(id: string): Promise<Upload> {
    return this.#json('POST', `/api/uploads/${id}/complete`);
  }

  abortUpload(id: string): Promise<Upload> {
    return this.#json('DELETE', `/api/uploads/${id}`);
  }

  // packages

  listPackages(
    query: PageOptions & {
      name?: string;
      kind?: PackageKind;
      state?: 'hidden' | 'published' | 'yanked';
      owner?: string;
      group?: string;
    } = {},
  ): Promise<Page<Package>> {
    return this.#json('GET', '/api/packages', { query: { ...query } });
  }

  searchPackages(
    query: PageOptions & { q: string; kind?: PackageKind; version?: string },
  ): Promise<Page<Package> & { readonly complete: boolean }> {
    return this.#json('GET', '/api/packages/search', { query: { ...query } });
  }

  readPackage(id: string): Promise<Package> {
    return this.#json('GET', `/api/packages/${id}`);
  }

  changePackage(
    id: string,
    change: Partial<PackageAccess> & { title?: string; description?: string; groupId?: string | null },
  ): Promise<Package> {
    return this.#json('PATCH', `/api/packages/${id}`, { body: change });
  }

  async deletePackage(id: string, reason: string): Promise<void> {
    await this.request('DELETE', `/api/packages/${id}`, { query: { reason } });
  }

  listVersions(id: string, query: PageOptions & { range?: string } = {}): Promise<Page<Version>> {
    return this.#json('GET', `/api/packages/${id}/versions`, { query: { ...query } });
  }

  readVersion(id: string, version: string): Promise<Version & { readonly report: Report | null }> {
    return this.#json('GET', `/api/packages/${id}/versions/${encodeURIComponent(version)}`);
  }

  yankVersion(id: string, version: string, reason: string): Promise<Version> {
    return this.#json('POST', `/api/packages/${id}/versions/${encodeURIComponent(version)}/yank`, {
      body: { reason },
    });
  }

  unyankVersion(id: string, version: string, reason: string): Promise<Version> {
    return this.#json('POST', `/api/packages/${id}/versions/${encodeURIComponent(version)}/unyank`, {
      body: { reason },
    });
  }

  deleteVersion(id: string, version: string, reason: string): Promise<Version> {
    return this.#json('DELETE', `/api/packages/${id}/versions/${encodeURIComponent(version)}`, {
      query: { reason },
    });
  }

  /** An address for the content, good for a few minutes; with `receipt`, a signed statement of the decision too. */
  download(id: string, version?: string, given: { receipt?: boolean } = {}): Promise<Download> {
    return this.#json('GET', `/api/packages/${id}/download`, { query: { version, ...given } });
  }

  /** What the registry has signed about a version; to be kept, and verified by `assay verify`. */
  readHallmark(id: string, version: string): Promise<SignedEnvelope> {
    return this.#json('GET', `/api/packages/${id}/versions/${encodeURIComponent(version)}/hallmark`);
  }

  /** Every hallmark of a version, newest first. */
  listHallmarks(id: string, version: string, query: PageOptions = {}): Promise<Page<Hallmark>> {
    return this.#json('GET', `/api/packages/${id}/versions/${encodeURIComponent(version)}/hallmarks`, {
      query: { ...query },
    });
  }

  /** All keys that the registry has ever signed with. */
  readKeys(): Promise<RegistryKeySet> {
    return this.#json('GET', '/.well-known/assay-keys.json');
  }

  /** What each check found, and which bytes it has looked at. */
  listChecks(id: string, version?: string): Promise<ChecksOfVersion> {
    return this.#json('GET', `/api/packages/${id}/checks`, { query: { version } });
  }

  /** Every verdict on the content of a version, newest first. */
  listVerdicts(id: string, query: PageOptions & { version?: string } = {}): Promise<Page<ContentVerdict>> {
    return this.#json('GET', `/api/packages/${id}/verdicts`, { query: { ...query } });
  }

  listFiles(
    id: string,
    query: PageOptions & { version?: string; folder?: string } = {},
  ): Promise<Page<PackageFile>> {
    return this.#json('GET', `/api/packages/${id}/files`, { query: { ...query } });
  }

  /** One file inside; `range` as in the header, `bytes=0-99`. */
  readFile(id: string, path: string, given: { version?: string; range?: string } = {}): Promise<Response> {
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    const headers: Record<string, string> = given.range === undefined ? {} : { range: given.range };
    return this.request('GET', `/api/packages/${id}/files/${encoded}`, {
      query: { version: given.version },
      headers,
    });
  }

  // the gate

  /** Whether a download would be allowed now, and why; for administrators also of somebody else, by id or name. */
  explainDownload(asked: {
    package: string | { kind: PackageKind; name: string };
    version?: string;
    user?: string;
  }): Promise<Explanation> {
    return this.#json('POST', '/api/validate', { body: asked });
  }

  readPolicies(): Promise<PoliciesInForce> {
    return this.#json('GET', '/api/policies');
  }

  /** `expected` is the number of the version that these replace; 0: there was none. */
  changePolicies(policies: { text: string; reason: string; expected: number }): Promise<Policies> {
    return this.#json('PUT', '/api/policies', { body: policies });
  }

  listPolicyVersions(query: PageOptions = {}): Promise<Page<ListedPolicies>> {
    return this.#json('GET', '/api/policies/versions', { query: { ...query } });
  }

  readPolicyVersion(number: number): Promise<Policies> {
    return this.#json('GET', `/api/policies/versions/${number}`);
  }

  /** Which downloads of the period would have come out differently by the text; in parts, by `next` as `after`. */
  replayPolicies(asked: { text: string; from: string; until: string; after?: string }): Promise<Replay> {
    return this.#json('POST', '/api/policies/replay', { body: asked });
  }

  // validators of sensitive packages

  readValidator(id: string): Promise<Validator> {
    return this.#json('GET', `/api/packages/${id}/validator`);
  }

  /** From now on the script decides about downloads of the package, after the policy, while it is sensitive. */
  registerValidator(
    id: string,
    validator: { language: ValidatorLanguage; source: string },
  ): Promise<Validator> {
    return this.#json('PUT', `/api/packages/${id}/validator`, { body: validator });
  }

  async removeValidator(id: string): Promise<void> {
    await this.request('DELETE', `/api/packages/${id}/validator`);
  }

  listValidatorVersions(id: string, query: PageOptions = {}): Promise<Page<ListedValidator>> {
    return this.#json('GET', `/api/packages/${id}/validator/versions`, { query: { ...query } });
  }

  readValidatorVersion(id: string, number: number): Promise<ValidatorVersion> {
    return this.#json('GET', `/api/packages/${id}/validator/versions/${number}`);
  }

  /** Who had the content of a sensitive package, or wanted it; newest first. */
  listPackageDownloads(
    id: string,
    query: PageOptions & {
      user?: string;
      outcome?: DownloadRecord['outcome'];
      from?: string;
      until?: string;
    } = {},
  ): Promise<Page<DownloadRecord>> {
    return this.#json('GET', `/api/packages/${id}/downloads`, { query: { ...query } });
  }

  // the audit log

  /** That of the log with so many entries; the latest without. */
  readAuditCheckpoint(size?: number): Promise<AuditCheckpoint> {
    return this.#json('GET', '/api/audit/checkpoint', { query: { size } });
  }

  /** Also of one's own entries. */
  proveAuditEntry(id: string, size?: number): Promise<AuditProof> {
    return this.#json('GET', `/api/audit/entries/${id}/proof`, { query: { size } });
  }

  proveAuditConsistency(from: number, to: number): Promise<AuditConsistency> {
    return this.#json('GET', '/api/audit/consistency', { query: { from, to } });
  }

  /** Lines of JSON, unread: `assay audit verify` verifies them. */
  exportAudit(range: { from?: number; until?: number; size?: number } = {}): Promise<Response> {
    return this.request('GET', '/api/audit/export', { query: { ...range } });
  }

  // quarantine

  listQuarantine(query: PageOptions = {}): Promise<Page<Version>> {
    return this.#json('GET', '/api/quarantine', { query: { ...query } });
  }

  readCase(versionId: string): Promise<ReviewCase> {
    return this.#json('GET', `/api/quarantine/${versionId}`);
  }

  /** What is inside a version in quarantine, as far as it could be read. */
  listCaseFiles(
    versionId: string,
    query: PageOptions & { folder?: string } = {},
  ): Promise<Page<PackageFile>> {
    return this.#json('GET', `/api/quarantine/${versionId}/files`, { query: { ...query } });
  }

  /** Every version with the same bytes, and who has downloaded them. */
  readBlastRadius(versionId: string, query: PageOptions = {}): Promise<Page<Reach>> {
    return this.#json('GET', `/api/quarantine/${versionId}/blast-radius`, { query: { ...query } });
  }

  /** What reviewers take for false alarms in the content of a version. */
  async listFalseAlarms(versionId: string): Promise<readonly FalseAlarm[]> {
    const path = `/api/quarantine/${versionId}/false-alarms`;
    return (await this.#json<{ items: FalseAlarm[] }>('GET', path)).items;
  }

  /** From now on, until `expiresAt`, findings of the rule do not block this content. */
  markFalseAlarm(
    versionId: string,
    mark: { rule: string; reason: string; expiresAt: string },
  ): Promise<FalseAlarm> {
    return this.#json('POST', `/api/quarantine/${versionId}/false-alarms`, { body: mark });
  }

  releaseVersion(versionId: string, reason: string): Promise<Version> {
    return this.#json('POST', `/api/quarantine/${versionId}/release`, { body: { reason } });
  }

  rejectVersion(versionId: string, reason: string): Promise<Version> {
    return this.#json('POST', `/api/quarantine/${versionId}/reject`, { body: { reason } });
  }
}
