import type { CreateTableBuilder, RawBuilder } from 'kysely';

/** Where the schema must be written differently for each database engine: one member each, with its reason. */
export interface SchemaEngine {
  /** A column of whole numbers up to 2^53: SQLite calls it `integer`, PostgreSQL's `integer` ends at 2^31. */
  readonly wholeNumber: 'integer' | 'bigint';
  /** A column of bytes: the engines have no name in common. */
  readonly bytes: 'blob' | 'bytea';
  /** The type of a key that counts up and never comes back. */
  readonly countingKey: RawBuilder<unknown>;
  /** What ends a `create table`: SQLite keeps to column types only where it is told to. */
  strictly<Name extends string, Column extends string>(
    table: CreateTableBuilder<Name, Column>,
  ): CreateTableBuilder<Name, Column>;
}
