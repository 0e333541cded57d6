// The inputs of a decision, as Cedar takes them. Attributes are named in server/policies/assay.cedarschema.
import { isIP } from 'node:net';
import type { CedarValueJson, EntityJson, StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs';
import type {
  DecisionInputs,
  GateAction,
  PackageInputs,
  UserInputs,
  VersionInputs,
} from '../../core/gate/index.ts';

type Request = Pick<StatefulAuthorizationCall, 'principal' | 'action' | 'resource' | 'context' | 'entities'>;

export function requestOf(action: GateAction, inputs: DecisionInputs): Request {
  const { user, package: pkg, version } = inputs;
  const entities = [userEntity(user), packageEntity(pkg)];
  const request = {
    principal: { type: 'User', id: user.id },
    action: { type: 'Action', id: action },
    context: contextOf(inputs),
  };
  if (action === 'view') return { ...request, resource: { type: 'Package', id: pkg.id }, entities };
  if (version === undefined) throw new Error(`${action} is asked about a version, and there is none`);
  return {
    ...request,
    resource: { type: 'Version', id: version.id },
    entities: [...entities, versionEntity(version, pkg), actionEntity(action)],
  };
}

/** What the schema says about actions is not known where it is decided. */
function actionEntity(action: GateAction): EntityJson {
  return { uid: { type: 'Action', id: action }, attrs: {}, parents: [{ type: 'Action', id: 'content' }] };
}

function contextOf({ token, at, address }: DecisionInputs): Record<string, CedarValueJson> {
  const known = addressOf(address);
  return {
    token: token.kind,
    tokenReaches: token.reaches,
    at: datetime(at),
    ...(known !== null && { address: { __extn: { fn: 'ip', arg: known } } }),
  };
}

function userEntity({ id, name, permissions, reviewer, groups }: UserInputs): EntityJson {
  const admin = permissions.includes('admin');
  return {
    uid: { type: 'User', id },
    attrs: { name, permissions: [...permissions], admin, reviewer, groups: [...groups] },
    parents: groups.map((group) => ({ type: 'Group', id: group })),
  };
}

function packageEntity(pkg: PackageInputs): EntityJson {
  const { kind, name, state, ownerId, groupId, visibility, visibleTo, sensitive, allowedGroups } = pkg;
  return {
    uid: { type: 'Package', id: pkg.id },
    attrs: {
      kind,
      name,
      state,
      owner: entity('User', ownerId),
      ...(groupId !== null && { group: entity('Group', groupId) }),
      visibility,
      visibleTo: [...visibleTo],
      sensitive,
      allowedGroups: [...allowedGroups],
    },
    parents: [],
  };
}

function versionEntity(version: VersionInputs, pkg: PackageInputs): EntityJson {
  const { label, state, fileName, sizeBytes, license, uploaderId, publishedAt, rating, verdicts } = version;
  const { verdict = null, ruleSet = null, passed = [], failed = [], inconclusive = [] } = verdicts ?? {};
  return {
    uid: { type: 'Version', id: version.id },
    attrs: {
      package: entity('Package', pkg.id),
      label,
      state,
      fileName,
      sizeBytes,
      license,
      uploader: entity('User', uploaderId),
      ...(publishedAt !== null && { publishedAt: datetime(publishedAt) }),
      ...(verdict !== null && { verdict }),
      ...(ruleSet !== null && { ruleSet }),
      passed: [...passed],
      failed: [...failed],
      inconclusive: [...inconclusive],
      released: verdict !== 'passed',
      ...(rating !== null && { rating }),
    },
    parents: [{ type: 'Package', id: pkg.id }],
  };
}

function entity(type: string, id: string): CedarValueJson {
  return { __entity: { type, id } };
}

function datetime(iso: string): CedarValueJson {
  return { __extn: { fn: 'datetime', arg: iso } };
}

/** As Cedar reads addresses: without a zone, and IPv4 as itself. Null for what is none. */
function addressOf(address: string): string | null {
  const [withoutZone = ''] = address.split('%');
  const plain = withoutZone.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(plain) === 0 ? null : plain;
}
