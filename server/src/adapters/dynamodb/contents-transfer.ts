// Items, uploads, validators, policies and what is known of contents as plain records, for moving a registry from engine to engine.

import type { PolicyVersion } from '../../core/gate/index.ts';
import type { Hallmark } from '../../core/hallmarks/index.ts';
import type { Item } from '../../core/items/index.ts';
import type { ContentVerdict, FalseAlarm, Report } from '../../core/pipeline/index.ts';
import type { KeptFile, RecordTransfer, RegistryRecords } from '../../core/transfer/index.ts';
import type { Upload } from '../../core/uploads/index.ts';
import type { ValidatorVersion } from '../../core/validators/index.ts';
import {
  type ContentRow,
  contentHoldPlanners,
  contentKey,
  DynamoContentHolds,
  holdKey,
} from './content-holds.ts';
import type { DynamoDatabase, Write } from './database.ts';
import { type FalseAlarmRow, falseAlarmKey, falseAlarmOf, falseAlarmRowOf } from './false-alarms.ts';
import { type HallmarkRow, hallmarkKey, hallmarkOf, hallmarkRowOf } from './hallmarks.ts';
import { type ItemRow, itemKey, itemOf, itemRowOf } from './items.ts';
import { commitEach, eachAtOnce, type KeptKind, keptKind } from './kept-items.ts';
import { type PolicyRow, policyKey, policyOf, policyPartition, policyRowOf } from './policies.ts';
import { DynamoReportStore, type HeadRow, headKey, partKey, reportPlanners } from './reports.ts';
import type { Key } from './tables.ts';
import { type UploadRow, uploadKey, uploadOf, uploadRowOf } from './uploads.ts';
import { type ValidatorRow, validatorKey, validatorOf, validatorRowOf } from './validators.ts';
import { type VerdictRow, verdictKey, verdictOf, verdictRowOf } from './verdicts.ts';
import { type FileRow, fileKey, fileOf } from './version-files.ts';
import type { WorkingItems } from './working-items.ts';

type ContentKind =
  | 'item'
  | 'upload'
  | 'version-file'
  | 'report'
  | 'verdict'
  | 'false-alarm'
  | 'hallmark'
  | 'validator'
  | 'policy'
  | 'content-hold'
  | 'content-removal';
type Hold = RegistryRecords['content-hold'];
type Removal = RegistryRecords['content-removal'];

export function contentsTransfer(database: DynamoDatabase): Pick<RecordTransfer, ContentKind> {
  return {
    item: keptKind<Item, ItemRow>(database, {
      table: 'items',
      among: { when: 'begins_with(#pk, :item)', values: { item: 'item#' } },
      recordOf: itemOf,
      ...oneItemEach(database, ({ id }: Item) => itemKey(id), itemRowOf, itemOf),
    }),
    upload: keptKind<Upload, UploadRow>(database, {
      table: 'uploads',
      among: { when: 'begins_with(#pk, :upload)', values: { upload: 'upload#' } },
      recordOf: uploadOf,
      ...oneItemEach(database, ({ id }: Upload) => uploadKey(id), uploadRowOf, uploadOf),
    }),
    'version-file': keptKind(database, keptFiles(database)),
    report: keptKind(database, keptReports(database)),
    verdict: keptKind<ContentVerdict, VerdictRow>(database, {
      table: 'contents',
      among: { when: 'begins_with(#pk, :verdicts)', values: { verdicts: 'verdicts#' } },
      recordOf: verdictOf,
      ...oneItemEach(database, verdictKey, verdictRowOf, verdictOf),
    }),
    'false-alarm': keptKind<FalseAlarm, FalseAlarmRow>(database, {
      table: 'contents',
      among: { when: 'begins_with(#pk, :alarms)', values: { alarms: 'false-alarms#' } },
      recordOf: falseAlarmOf,
      ...oneItemEach(database, falseAlarmKey, falseAlarmRowOf, falseAlarmOf),
    }),
    validator: keptKind<ValidatorVersion, ValidatorRow>(database, {
      table: 'packages',
      among: { when: 'begins_with(#pk, :validators)', values: { validators: 'validators#' } },
      recordOf: validatorOf,
      ...oneItemEach(database, validatorKey, validatorRowOf, validatorOf),
    }),
    policy: keptKind<PolicyVersion, PolicyRow>(database, {
      table: 'users',
      among: { when: '#pk = :policies', values: { policies: policyPartition } },
      recordOf: policyOf,
      ...oneItemEach(database, policyKey, policyRowOf, policyOf),
    }),
    hallmark: keptKind<Hallmark, HallmarkRow>(database, {
      table: 'contents',
      among: { when: 'begins_with(#pk, :hallmarks)', values: { hallmarks: 'hallmarks#' } },
      recordOf: hallmarkOf,
      ...oneItemEach(database, hallmarkKey, hallmarkRowOf, hallmarkOf),
    }),
    'content-hold': keptKind(database, keptHolds(database)),
    'content-removal': keptKind(database, keptRemovals(database)),
  };
}

/** For kinds of which every record is one item, and no other item depends on it. */
function oneItemEach<R, Row extends object>(
  database: DynamoDatabase,
  keyOf: (record: R) => Key,
  rowOf: (record: R) => Row,
  recordOf: (row: Row) => R,
): Pick<KeptKind<R, Row>, 'find' | 'put' | 'remove'> {
  return {
    async find(record) {
      const row = await database.get<Row>(keyOf(record));
      return row && recordOf(row);
    },
    put: (records) =>
      database.writeMany(
        records.map(
          (record): Write => ({
            key: keyOf(record),
            attributes: Object.fromEntries(Object.entries(rowOf(record))),
          }),
        ),
      ),
    remove: (records) =>
      database.writeMany(records.map((record) => ({ key: keyOf(record), attributes: null }))),
  };
}

const filesPrefix = 'files#';

function keptFiles(database: DynamoDatabase): KeptKind<KeptFile, FileRow> {
  return {
    table: 'contents',
    among: { when: 'begins_with(#pk, :files)', values: { files: filesPrefix } },
    recordOf: ({ pk, ...row }) => ({ versionId: pk.slice(filesPrefix.length), ...fileOf(row) }),
    async find({ versionId, path }) {
      const row = await database.get<FileRow>(fileKey(versionId, path));
      return row && { versionId, ...fileOf(row) };
    },
    put: (files) =>
      database.writeMany(
        files.map(({ versionId, ...file }) => ({ key: fileKey(versionId, file.path), attributes: file })),
      ),
    remove: (files) =>
      database.writeMany(
        files.map(({ versionId, path }) => ({ key: fileKey(versionId, path), attributes: null })),
      ),
  };
}

function keptReports(database: DynamoDatabase): KeptKind<Report, HeadRow> {
  const reports = new DynamoReportStore(database);
  return {
    table: 'contents',
    among: { when: 'begins_with(#pk, :report) AND #sk = :alone', values: { report: 'report#', alone: '-' } },
    recordOf: ({ versionId }) => reports.find(versionId),
    find: ({ versionId }) => reports.find(versionId),
    put: (records) =>
      commitEach(
        database,
        records,
        ({ versionId }) => versionId,
        async (items, report) => reportPlanners['report.put'].plan(items, { change: 'report.put', report }),
      ),
    remove: (records) => commitEach(database, records, ({ versionId }) => versionId, removeReport),
  };
}

async function removeReport(items: WorkingItems, { versionId }: Report): Promise<void> {
  const head = await items.get<HeadRow>(headKey(versionId));
  if (head === null) return;
  items.delete(headKey(versionId));
  for (let part = 0; part < head.parts; part++) items.delete(partKey(versionId, part));
}

const contentPrefix = 'content#';
const holdPrefix = 'hold#';

/** Those of one content share the number of its holders. */
function keptHolds(database: DynamoDatabase): KeptKind<Hold, object> {
  return {
    table: 'contents',
    among: {
      when: 'begins_with(#pk, :content) AND begins_with(#sk, :hold)',
      values: { content: contentPrefix, hold: holdPrefix },
    },
    recordOf: ({ pk, sk }) => ({
      digest: pk.slice(contentPrefix.length),
      versionId: sk.slice(holdPrefix.length),
    }),
    async find({ digest, versionId }) {
      const held = await database.get(holdKey(digest, versionId));
      return held === null ? null : { digest, versionId };
    },
    put: (holds) =>
      commitEach(
        database,
        holds,
        ({ digest }) => digest,
        async (items, { digest, versionId }) => {
          const content = await items.get<ContentRow>(contentKey(digest));
          if (content?.removing) items.delete(contentKey(digest));
          const change = { change: 'content.hold', digest, versionId } as const;
          await contentHoldPlanners['content.hold'].plan(items, change);
        },
      ),
    remove: (holds) =>
      commitEach(
        database,
        holds,
        ({ digest }) => digest,
        async (items, { digest, versionId }) => {
          const change = { change: 'content.release', digest, versionId } as const;
          await contentHoldPlanners['content.release'].plan(items, change);
        },
      ),
  };
}

function keptRemovals(database: DynamoDatabase): KeptKind<Removal, ContentRow> {
  const holds = new DynamoContentHolds(database);
  return {
    table: 'contents',
    among: { when: '#removing = :true', values: { true: true } },
    recordOf: ({ pk }) => ({ digest: pk.slice(contentPrefix.length) }),
    async find({ digest }) {
      const content = await database.get<ContentRow>(contentKey(digest));
      return content?.removing ? { digest } : null;
    },
    put: async (removals) => {
      await eachAtOnce(removals, ({ digest }) => holds.claimRemoval(digest));
    },
    remove: async (removals) => {
      await eachAtOnce(removals, ({ digest }) => holds.forgetRemoval(digest));
    },
  };
}
