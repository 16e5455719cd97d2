import { type Kysely, sql } from 'kysely';
import type { SchemaEngine } from './engine.ts';

/**
 * What clusters with the executor `kubernetes` need: their settings and credentials, the identity that a command runs as,
 * and the means that it was admitted to. A `CHECK` stands at its column, as SQLite adds none to a table that is there.
 */
export async function addKubernetes(db: Kysely<unknown>, engine: SchemaEngine): Promise<void> {
  await db.schema
    .alterTable('commands')
    .addColumn('means', 'text', (column) =>
      column.modifyEnd(sql`constraint commands_means check (means is null or phase = 'launching')`),
    )
    .execute();
  await db.schema.alterTable('commands').addColumn('service_account', 'text').execute();
  await db.schema.alterTable('command_payloads').addColumn('sealed_cluster_token', engine.bytes).execute();
  await db.schema
    .alterTable('clusters')
    .addColumn('kubernetes', 'text', (column) =>
      column.modifyEnd(
        sql`constraint clusters_kubernetes check ((kubernetes is not null) = (executor = 'kubernetes'))`,
      ),
    )
    .execute();
  await db.schema.alterTable('role_assignments').addColumn('service_account', 'text').execute();
  await engine
    .strictly(
      db.schema
        .createTable('cluster_credentials')
        .addColumn('cluster_uid', 'text', (column) =>
          column.primaryKey().notNull().references('clusters.uid').onDelete('cascade'),
        )
        .addColumn('sealed_kubeconfig', engine.bytes, (column) => column.notNull()),
    )
    .execute();
}
