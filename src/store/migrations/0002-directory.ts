import { type Kysely, sql } from 'kysely';
import type { SchemaEngine } from './engine.ts';

/** What is registered (clusters, clients, role assignments), the signing keys, and the audit log. */
export async function createDirectory(db: Kysely<unknown>, engine: SchemaEngine): Promise<void> {
  const { wholeNumber, bytes } = engine;
  await engine
    .strictly(
      db.schema
        .createTable('clusters')
        .addColumn('uid', 'text', (column) => column.primaryKey().notNull())
        .addColumn('subscription_id', 'text', (column) => column.notNull())
        .addColumn('resource_group', 'text', (column) => column.notNull())
        .addColumn('resource_group_key', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('name_key', 'text', (column) => column.notNull())
        .addColumn('location', 'text', (column) => column.notNull())
        .addColumn('tags', 'text', (column) => column.notNull())
        .addColumn('origin', 'text', (column) => column.notNull())
        .addColumn('executor', 'text', (column) => column.notNull())
        .addColumn('shell', 'text', (column) => column.notNull())
        .addColumn('run_command_disabled', wholeNumber, (column) => column.notNull())
        .addColumn('strict', wholeNumber, (column) => column.notNull())
        .addColumn('queue_limit_ms', wholeNumber)
        .addColumn('start_limit_ms', wholeNumber)
        .addColumn('run_limit_ms', wholeNumber)
        .addColumn('grace_limit_ms', wholeNumber)
        .addColumn('concurrent_limit', wholeNumber)
        .addColumn('waiting_limit', wholeNumber)
        .addColumn('waiting_limit_bytes', wholeNumber)
        .addColumn('output_limit_bytes', wholeNumber)
        .addColumn('inline_logs_limit_bytes', wholeNumber)
        .addColumn('retention_ms', wholeNumber)
        .addColumn('created_at', wholeNumber, (column) => column.notNull())
        .addUniqueConstraint('clusters_address', ['subscription_id', 'resource_group_key', 'name_key'])
        .addCheckConstraint('clusters_flags', sql`run_command_disabled in (0, 1) and strict in (0, 1)`),
    )
    .execute();
  await engine
    .strictly(
      db.schema
        .createTable('clients')
        .addColumn('id_key', 'text', (column) => column.primaryKey().notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('principal_id', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('secret_sha256', 'text', (column) => column.notNull())
        .addColumn('created_at', wholeNumber, (column) => column.notNull()),
    )
    .execute();
  await engine
    .strictly(
      db.schema
        .createTable('role_assignments')
        .addColumn('id_key', 'text', (column) => column.primaryKey().notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('scope', 'text', (column) => column.notNull())
        .addColumn('role_id', 'text', (column) => column.notNull())
        .addColumn('issuer', 'text', (column) => column.notNull())
        .addColumn('principal_id', 'text', (column) => column.notNull())
        .addColumn('created_at', wholeNumber, (column) => column.notNull()),
    )
    .execute();
  await db.schema
    .createIndex('role_assignments_by_principal')
    .on('role_assignments')
    .columns(['principal_id', 'issuer'])
    .execute();
  await engine
    .strictly(
      db.schema
        .createTable('signing_keys')
        .addColumn('id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('sealed_private_jwk', bytes, (column) => column.notNull())
        .addColumn('created_at', wholeNumber, (column) => column.notNull()),
    )
    .execute();
  await engine
    .strictly(
      db.schema
        .createTable('audit_log')
        .addColumn('seq', engine.countingKey, (column) => column.notNull())
        .addColumn('at', wholeNumber, (column) => column.notNull())
        .addColumn('verb', 'text', (column) => column.notNull())
        .addColumn('principal', 'text')
        .addColumn('principal_issuer', 'text')
        .addColumn('principal_id', 'text')
        .addColumn('principal_name', 'text')
        .addColumn('target', 'text', (column) => column.notNull())
        .addColumn('correlation_id', 'text', (column) => column.notNull())
        .addColumn('details', 'text', (column) => column.notNull())
        .addCheckConstraint(
          'audit_log_principal',
          sql`(principal is null) = (principal_issuer is null) and (principal is null) = (principal_id is null)
    and (principal is null) = (principal_name is null)`,
        ),
    )
    .execute();
  await db.schema.createIndex('audit_log_by_target').on('audit_log').columns(['target', 'verb', 'principal']).execute();
  await db.schema.createIndex('audit_log_by_age').on('audit_log').columns(['at']).execute();
}
