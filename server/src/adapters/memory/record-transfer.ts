import { readmeWords, type SearchDocument } from '../../core/packages/index.ts';
import { type KeptPackage, kindRules, neverRemoved, type RecordTransfer } from '../../core/transfer/index.ts';
import type { MemoryAuditLog } from './audit.ts';
import type { MemoryAuditTree } from './audit-tree.ts';
import type { MemoryContentHolds } from './content-holds.ts';
import type { MemoryEventStore } from './events.ts';
import type { MemoryFalseAlarmStore } from './false-alarms.ts';
import type { MemoryGroupStore } from './groups.ts';
import type { MemoryHallmarkStore } from './hallmarks.ts';
import type { MemoryItemStore } from './items.ts';
import type { MemoryJobQueue } from './jobs.ts';
import { type KeptRecords, keptTransfer } from './kept-records.ts';
import type { MemoryPackageSearch } from './package-search.ts';
import type { MemoryPackageStore } from './packages.ts';
import type { MemoryPolicyStore } from './policies.ts';
import type { MemoryReportStore } from './reports.ts';
import type { MemoryTokenStore } from './tokens.ts';
import type { MemoryUploadStore } from './uploads.ts';
import type { MemoryUserStore } from './users.ts';
import type { MemoryValidatorStore } from './validators.ts';
import type { MemoryVerdictStore } from './verdicts.ts';
import type { MemoryVersionFileStore } from './version-files.ts';
import type { MemoryVersionStore } from './versions.ts';
import type { MemoryWebhookStore } from './webhooks.ts';

interface MemoryStores {
  readonly users: MemoryUserStore;
  readonly groups: MemoryGroupStore;
  readonly tokens: MemoryTokenStore;
  readonly items: MemoryItemStore;
  readonly packages: MemoryPackageStore;
  readonly search: MemoryPackageSearch;
  readonly versions: MemoryVersionStore;
  readonly files: MemoryVersionFileStore;
  readonly reports: MemoryReportStore;
  readonly verdicts: MemoryVerdictStore;
  readonly falseAlarms: MemoryFalseAlarmStore;
  readonly hallmarks: MemoryHallmarkStore;
  readonly validators: MemoryValidatorStore;
  readonly policies: MemoryPolicyStore;
  readonly uploads: MemoryUploadStore;
  readonly holds: MemoryContentHolds;
  readonly webhooks: MemoryWebhookStore;
  readonly events: MemoryEventStore;
  readonly jobs: MemoryJobQueue;
  readonly audit: MemoryAuditLog;
  readonly auditTree: MemoryAuditTree;
}

export function memoryRecordTransfer(stores: MemoryStores): RecordTransfer {
  const { users, groups, tokens, items, versions, files, reports, uploads, holds, webhooks, events } = stores;
  const { auditTree: tree } = stores;
  return {
    user: keptTransfer(users.kept, kindRules.user.key),
    'former-user': keptTransfer(users.keptFormer, kindRules['former-user'].key),
    group: keptTransfer(groups.kept, kindRules.group.key),
    'group-member': keptTransfer(groups.keptMembers, kindRules['group-member'].key),
    session: keptTransfer(tokens.keptSessions, kindRules.session.key),
    'personal-token': keptTransfer(tokens.keptPersonal, kindRules['personal-token'].key),
    item: keptTransfer(items.kept, kindRules.item.key),
    package: keptTransfer(keptPackages(stores), kindRules.package.key),
    version: keptTransfer(versions.kept, kindRules.version.key),
    'version-file': keptTransfer(files.kept, kindRules['version-file'].key),
    report: keptTransfer(reports.kept, kindRules.report.key),
    verdict: keptTransfer(stores.verdicts.kept, kindRules.verdict.key),
    hallmark: keptTransfer(stores.hallmarks.kept, kindRules.hallmark.key),
    'false-alarm': keptTransfer(stores.falseAlarms.kept, kindRules['false-alarm'].key),
    policy: keptTransfer(stores.policies.kept, kindRules.policy.key),
    validator: keptTransfer(stores.validators.kept, kindRules.validator.key),
    upload: keptTransfer(uploads.kept, kindRules.upload.key),
    'content-hold': keptTransfer(holds.keptHolds, kindRules['content-hold'].key),
    'content-removal': keptTransfer(holds.keptRemovals, kindRules['content-removal'].key),
    webhook: keptTransfer(webhooks.keptWebhooks, kindRules.webhook.key),
    delivery: keptTransfer(webhooks.keptDeliveries, kindRules.delivery.key),
    event: keptTransfer(events.kept, kindRules.event.key, (_event, index) => [index]),
    job: keptTransfer(stores.jobs.kept, kindRules.job.key),
    'audit-entry': {
      ...keptTransfer(stores.audit.kept, kindRules['audit-entry'].key),
      put: (entries) => stores.audit.append(entries),
      remove: neverRemoved,
    },
    'audit-leaf': { ...keptTransfer(tree.keptLeaves, kindRules['audit-leaf'].key), remove: neverRemoved },
    'audit-tile': { ...keptTransfer(tree.keptTiles, kindRules['audit-tile'].key), remove: neverRemoved },
    'audit-checkpoint': {
      ...keptTransfer(tree.keptCheckpoints, kindRules['audit-checkpoint'].key),
      remove: neverRemoved,
    },
  };
}

function keptPackages({ packages, search }: MemoryStores): KeptRecords<KeptPackage> {
  const index = (packageId: string, document: SearchDocument | null) =>
    search.appliers['package.index']({ change: 'package.index', packageId, document });
  return {
    all: () =>
      [...packages.kept.all()].map((pkg) => {
        const document = search.documents.get(pkg.id);
        const readme = document === undefined ? null : readmeWords(document.readme ?? '').join(' ');
        return { package: pkg, readme };
      }),
    put: ({ package: pkg, readme }) => {
      const { name, title, description } = pkg;
      packages.kept.put(pkg);
      index(pkg.id, readme === null ? null : { name, title, description, readme });
    },
    remove: ({ package: pkg }) => {
      packages.kept.remove(pkg);
      index(pkg.id, null);
    },
  };
}
