// The stores of a registry in an SQLite file. What every request needs takes the fast way: keyed reads are remembered
// until the database changes; entries of readings are appended, and the tree over them extended, by a thread of its own.
import type { PersonalToken, TokenInUse } from '../../core/access/index.ts';
import type { AuditEntry, Extension, TreeKeeping } from '../../core/audit/index.ts';
import type { RecordsEngine } from '../../core/engine.ts';
import type { Package } from '../../core/packages/index.ts';
import { SqlAuditLog } from './audit.ts';
import { auditValuesOf } from './audit-rows.ts';
import { SqlAuditTree } from './audit-tree.ts';
import { SqlPackageStore } from './packages.ts';
import { sqlEngine } from './sql-engine.ts';
import type { SqliteAuditWriter } from './sqlite-audit-writer.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import type { RememberedReads } from './sqlite-remembered-reads.ts';
import { SqlTokenStore } from './tokens.ts';

export function sqliteEngine(database: SqliteDatabase): RecordsEngine {
  const engine = sqlEngine(database);
  if (database.fast === null) return engine;
  const { reads, auditWriter } = database.fast;
  return {
    ...engine,
    tokens: new RememberingTokenStore(database, reads),
    packages: new RememberingPackageStore(database, reads),
    audit: new AsideAuditLog(database, auditWriter),
    auditTree: new AsideAuditTree(database, auditWriter),
  };
}

class RememberingTokenStore extends SqlTokenStore {
  readonly #find: (textHash: string) => Promise<TokenInUse<PersonalToken> | null>;

  constructor(database: SqliteDatabase, reads: RememberedReads) {
    super(database);
    this.#find = reads.remembering((textHash) => super.findPersonalInUse(textHash));
  }

  override findPersonalInUse(textHash: string): Promise<TokenInUse<PersonalToken> | null> {
    return this.#find(textHash);
  }
}

class RememberingPackageStore extends SqlPackageStore {
  readonly #find: (id: string) => Promise<Package | null>;

  constructor(database: SqliteDatabase, reads: RememberedReads) {
    super(database);
    this.#find = reads.remembering((id) => super.find(id));
  }

  override find(id: string): Promise<Package | null> {
    return this.#find(id);
  }
}

class AsideAuditLog extends SqlAuditLog {
  readonly #writer: SqliteAuditWriter;

  constructor(database: SqliteDatabase, writer: SqliteAuditWriter) {
    super(database);
    this.#writer = writer;
  }

  override append(entries: readonly AuditEntry[]): Promise<void> {
    return this.#writer.append(entries.map(auditValuesOf));
  }
}

class AsideAuditTree extends SqlAuditTree {
  readonly #writer: SqliteAuditWriter;

  constructor(database: SqliteDatabase, writer: SqliteAuditWriter) {
    super(database);
    this.#writer = writer;
  }

  override extend(keeper: TreeKeeping): Promise<Extension | null> {
    return this.#writer.extend(keeper);
  }
}
