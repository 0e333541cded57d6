// Every operation of the registry, by name. One table serves permission, audit, metric, log and the OpenAPI
// operationId alike; a route names its operation and nothing else decides who may call it.
import type { Permission } from './caller.ts';

export interface Operation {
  /**
   * What a caller needs before anything is looked at:
   * `nothing`; `signed-in`, any user; a permission; `review`, administrators and reviewers.
   */
  readonly needs: 'nothing' | 'signed-in' | 'review' | Permission;
  /**
   * Whose things it works on, among those the caller may see:
   * `anyone`'s, one's `own` (administrators: everybody's), or of packages that one `maintains`
   * (owner, member of the owning group, administrator). Others are answered as if nothing was there,
   * unless they may read the thing: then it is forbidden.
   */
  readonly on: 'anyone' | 'own' | 'maintained';
  /**
   * `with-change`: the audit entry is committed together with the change. `observed`: a reading operation, whose
   * entry is written shortly after the answer. `none`: too cheap and too frequent to tell anything.
   * Refusals of audited operations are always observed.
   */
  readonly audit: 'with-change' | 'observed' | 'none';
  readonly title: string;
}

const anyone = (needs: Operation['needs'], audit: Operation['audit'], title: string): Operation => ({
  needs,
  on: 'anyone',
  audit,
  title,
});
const own = (needs: Operation['needs'], audit: Operation['audit'], title: string): Operation => ({
  needs,
  on: 'own',
  audit,
  title,
});
const maintained = (needs: Operation['needs'], audit: Operation['audit'], title: string): Operation => ({
  needs,
  on: 'maintained',
  audit,
  title,
});

export const operations = {
  // access
  'account.register': anyone('nothing', 'with-change', 'Register a user'),
  'account.log-in': anyone('nothing', 'with-change', 'Log in'),
  'account.log-out': own('signed-in', 'with-change', 'Log out'),
  'account.read': own('signed-in', 'none', 'Who am I'),
  'account.change-password': own('signed-in', 'with-change', 'Change the password'),
  'user.list': anyone('admin', 'observed', 'List users'),
  'user.read': own('signed-in', 'observed', 'Read a user'),
  'user.change': anyone('admin', 'with-change', 'Change the permissions of a user'),
  'user.delete': own('signed-in', 'with-change', 'Delete a user'),
  'group.list': anyone('signed-in', 'observed', 'List groups'),
  'group.read': anyone('signed-in', 'observed', 'Read a group'),
  'group.create': anyone('admin', 'with-change', 'Create a group'),
  'group.change': anyone('admin', 'with-change', 'Change the description of a group'),
  'group.delete': anyone('admin', 'with-change', 'Delete a group'),
  'group.list-members': anyone('signed-in', 'observed', 'List the members of a group'),
  'group.add-member': anyone('admin', 'with-change', 'Add a member to a group'),
  'group.remove-member': anyone('admin', 'with-change', 'Remove a member from a group'),
  'token.list': own('signed-in', 'observed', 'List personal access tokens'),
  'token.create': own('signed-in', 'with-change', 'Create a personal access token'),
  'token.revoke': own('signed-in', 'with-change', 'Revoke a token'),

  // uploads
  'upload.begin': maintained('upload', 'with-change', 'Begin an upload'),
  'upload.list': own('upload', 'observed', 'List uploads'),
  'upload.read': own('upload', 'none', 'Read an upload and the parts received'),
  'upload.address-parts': own('upload', 'none', 'Get addresses for parts'),
  'upload.complete': own('upload', 'with-change', 'Complete an upload'),
  'upload.abort': own('upload', 'with-change', 'Abort an upload'),
  'package.upload': maintained('upload', 'with-change', 'Upload a package in one request'),

  // packages
  'package.list': anyone('search', 'observed', 'List packages'),
  'package.search': anyone('search', 'observed', 'Search packages'),
  'package.read': anyone('search', 'observed', 'Read a package'),
  'package.change': maintained('upload', 'with-change', 'Change the description of a package'),
  'package.delete': maintained('upload', 'with-change', 'Delete a package'),
  'version.list': anyone('search', 'observed', 'List the versions of a package'),
  'version.read': anyone('search', 'observed', 'Read a version'),
  'version.yank': maintained('upload', 'with-change', 'Yank a version'),
  'version.unyank': maintained('upload', 'with-change', 'Take a yank back'),
  'version.delete': maintained('upload', 'with-change', 'Delete a version'),
  'version.download': anyone('download', 'with-change', 'Download a version'),
  'version.list-checks': anyone('search', 'observed', 'Read the checks of a version'),
  'version.list-verdicts': anyone('search', 'observed', 'List the verdicts on a version over time'),
  'version.read-hallmark': anyone('search', 'observed', 'Read the hallmark of a version'),
  'version.list-hallmarks': anyone('search', 'observed', 'List the hallmarks of a version'),
  'version.list-files': anyone('search', 'observed', 'List the files inside a version'),
  'version.read-file': anyone('download', 'with-change', 'Read one file inside a version'),

  // validators
  'validator.read': maintained('search', 'observed', 'Read the validator of a package'),
  'validator.register': maintained('upload', 'with-change', 'Register a validator for a package'),
  'validator.remove': maintained('upload', 'with-change', 'Remove the validator of a package'),
  'validator.list-versions': maintained('search', 'observed', 'List the versions of a validator'),
  'validator.read-version': maintained('search', 'observed', 'Read a version of a validator'),
  'package.list-downloads': maintained('search', 'observed', 'Read who downloaded a sensitive package'),

  // the pipeline's own
  'version.decide': anyone('nothing', 'with-change', 'Decide about a version after its checks'),

  // quarantine
  'quarantine.approve': anyone(
    'review',
    'with-change',
    'Approve a release that another reviewer has to confirm',
  ),
  'quarantine.list': anyone('review', 'observed', 'List quarantined versions'),
  'quarantine.read': anyone('review', 'observed', 'Inspect a quarantined version'),
  'quarantine.list-files': anyone('review', 'observed', 'List the files inside a quarantined version'),
  'quarantine.read-file': anyone('review', 'with-change', 'Read one file inside a quarantined version'),
  'quarantine.read-blast-radius': anyone(
    'review',
    'observed',
    'Read who has the bytes of a quarantined version',
  ),
  'quarantine.list-false-alarms': anyone('review', 'observed', 'List false alarms in a quarantined version'),
  'quarantine.mark-false-alarm': anyone(
    'review',
    'with-change',
    'Mark a rule as a false alarm for some content',
  ),
  'quarantine.release': anyone('review', 'with-change', 'Release a quarantined version'),
  'quarantine.reject': anyone('review', 'with-change', 'Reject a quarantined version'),

  // the gate
  'version.explain': anyone('signed-in', 'observed', 'Ask what the gate would decide about a download'),
  'policy.read': anyone('admin', 'observed', 'Read the policies in force'),
  'policy.change': anyone('admin', 'with-change', 'Change the policies'),
  'policy.list-versions': anyone('admin', 'observed', 'List the versions of the policies'),
  'policy.read-version': anyone('admin', 'observed', 'Read a version of the policies'),
  'policy.replay': anyone('admin', 'observed', 'Decide past downloads again by other policies'),

  // audit and history
  'audit.list': anyone('admin', 'observed', 'Read the audit log'),
  'audit.read-checkpoint': anyone('admin', 'observed', 'Read a checkpoint of the audit log'),
  'audit.prove-entry': own('signed-in', 'observed', 'Prove that an entry is in the audit log'),
  'audit.prove-consistency': anyone('admin', 'observed', 'Prove that the audit log has only grown'),
  'audit.export': anyone('admin', 'observed', 'Export the audit log'),
  'history.list-uploads': own('signed-in', 'observed', 'Read the upload history'),
  'history.list-downloads': own('signed-in', 'observed', 'Read the download history'),
  'history.count-by-day': own('signed-in', 'observed', 'Count uploads and downloads by day'),

  // items
  'item.list': anyone('search', 'observed', 'List items'),
  'item.create': anyone('upload', 'with-change', 'Create an item'),
  'item.read': anyone('search', 'observed', 'Read an item'),

  // events
  'event.follow': own('signed-in', 'none', 'Follow events about one’s uploads'),
  'webhook.list': own('signed-in', 'observed', 'List webhooks'),
  'webhook.create': own('signed-in', 'with-change', 'Create a webhook'),
  'webhook.read': own('signed-in', 'observed', 'Read a webhook'),
  'webhook.change': own('signed-in', 'with-change', 'Change a webhook'),
  'webhook.delete': own('signed-in', 'with-change', 'Delete a webhook'),
  'webhook.list-deliveries': own('signed-in', 'observed', 'List deliveries of a webhook'),
  'webhook.redeliver': own('signed-in', 'with-change', 'Deliver an event to a webhook again'),

  // the registry itself
  'job.list-dead': anyone('admin', 'observed', 'List jobs that have given up'),
  'job.retry': anyone('admin', 'with-change', 'Run a dead job again'),
  'registry.welcome': anyone('nothing', 'none', 'Welcome'),
  'registry.keys': anyone('nothing', 'none', 'The public keys that the registry signs with'),
  'registry.health': anyone('nothing', 'none', 'Is the server alive'),
  'registry.readiness': anyone('nothing', 'none', 'Can the server do its work'),
  'registry.health-components': anyone('nothing', 'none', 'Health of each component'),
  'registry.metrics': anyone('nothing', 'none', 'Metrics for Prometheus'),
  'registry.openapi': anyone('nothing', 'none', 'The OpenAPI document'),
  'registry.docs': anyone('nothing', 'none', 'The API documentation for people'),
  'registry.error-page': anyone('nothing', 'none', 'The page about an error code'),
  // content behind a signed address: the signature is the permission
  'content.receive-form': anyone('nothing', 'none', 'Receive a presigned POST form'),
  'content.receive-part': anyone('nothing', 'none', 'Receive a part at its signed address'),
  'content.read': anyone('nothing', 'none', 'Read content at its signed address'),
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;

export function operation(name: OperationName): Operation {
  return operations[name];
}
