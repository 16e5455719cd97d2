import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

/** The tables of which a submit writes a row, in the order in which rows may refer to each other, and its command there. */
const keys = {
  commands: 'id',
  command_payloads: 'command_id',
  submissions: 'command_id',
  audit_log: `json_extract(details, '$.commandId')`,
} as const;

/** All rows that one submit wrote, with the table of each. */
type Rows = readonly { readonly table: string; readonly row: Readonly<Record<string, SQLInputValue>> }[];

/**
 * The rows of the newest submits in a database.
 * @param count how many submits.
 */
export function newestSubmits(file: string, count: number): readonly Rows[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    database.exec('create temp table newest as select id from commands where false');
    database.prepare('insert into newest select id from commands order by rowid desc limit ?').run(count);
    const byCommand = new Map<string, { table: string; row: Record<string, SQLInputValue> }[]>();
    for (const [table, key] of Object.entries(keys)) {
      const rows = database.prepare(
        `select ${key} as of_command, t.* from ${table} t where ${key} in (select id from newest)`,
      );
      for (const { of_command: id, ...row } of rows.all()) {
        byCommand.set(String(id), [...(byCommand.get(String(id)) ?? []), { table, row }]);
      }
    }
    return [...byCommand.values()];
  } finally {
    database.close();
  }
}

/** An empty database with the schema of another, written as durably as Longarm writes. */
export class BareDatabase {
  readonly #database: DatabaseSync;

  constructor(like: string, file: string) {
    this.#database = new DatabaseSync(file);
    this.#database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on');
    for (const sql of schemaOf(like)) this.#database.exec(sql);
  }

  /** A bare loop: one durable transaction for each submit. @returns how many a second. */
  insertsPerSecond(submits: readonly Rows[]): number {
    this.#database.exec(
      Object.keys(keys)
        .reverse()
        .map((table) => `delete from ${table}`)
        .join(';'),
    );
    const began = performance.now();
    for (const rows of submits) {
      this.#database.exec('begin immediate');
      for (const { table, row } of rows) {
        const columns = Object.keys(row);
        const marks = columns.map(() => '?').join();
        this.#statement(`insert into ${table} (${columns.join()}) values (${marks})`).run(...Object.values(row));
      }
      this.#database.exec('commit');
    }
    return (submits.length * 1000) / (performance.now() - began);
  }

  close(): void {
    this.#database.close();
  }

  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();

  #statement(sql: string): ReturnType<DatabaseSync['prepare']> {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
}

/** The statements that made a database, tables before their indexes. */
function schemaOf(file: string): readonly string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const query = `select sql from sqlite_schema where sql is not null and name not like 'sqlite_%' order by type desc`;
    return database
      .prepare(query)
      .all()
      .map(({ sql }) => String(sql));
  } finally {
    database.close();
  }
}
