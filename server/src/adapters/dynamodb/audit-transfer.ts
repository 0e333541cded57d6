// Audit entries as plain records, for moving a registry from engine to engine: read out of the logs and the list of all
// others.
import type { AuditEntry } from '../../core/audit/index.ts';
import { StorageError } from '../../core/errors.ts';
import { cursorFrom, sortKeyOf } from '../../core/paging.ts';
import type { KindTransfer, RecordTransfer } from '../../core/transfer/index.ts';
import type { DynamoAuditLog } from './audit.ts';
import { type ChunkRow, entriesOf } from './audit-chunks.ts';
import type { DynamoDatabase } from './database.ts';
import { eachAtOnce } from './kept-items.ts';

const chunksAtOnce = 20;

export function auditTransfer(
  database: DynamoDatabase,
  audit: DynamoAuditLog,
): Pick<RecordTransfer, 'audit-entry'> {
  return { 'audit-entry': auditEntryTransfer(database, audit) };
}

function auditEntryTransfer(database: DynamoDatabase, audit: DynamoAuditLog): KindTransfer<AuditEntry> {
  const find = (entry: AuditEntry) => audit.find(entry);
  return {
    async read(after, limit) {
      const [pk, sk] = after === null ? [] : (sortKeyOf(after, ['string', 'string']) as [string, string]);
      let place = pk === undefined || sk === undefined ? null : { pk, sk };
      const among = {
        when: 'begins_with(#pk, :all) OR begins_with(#pk, :log)',
        values: { all: 'all#', log: 'log#' },
      };
      const records: AuditEntry[] = [];
      do {
        const { rows, next } = await database.scan<ChunkRow>('downloads', among, place, chunksAtOnce);
        records.push(...rows.flatMap(entriesOf));
        place = next;
      } while (place !== null && records.length < limit);
      return { records, next: place && cursorFrom([place.pk, place.sk]) };
    },
    match: (entries) => eachAtOnce(entries, find),
    async put(entries) {
      const known = await eachAtOnce(entries, find);
      await audit.appendNew(entries.filter((_, i) => known[i] === null));
    },
    async remove() {
      throw new StorageError('permanent', 'Audit entries are never removed.');
    },
  };
}
