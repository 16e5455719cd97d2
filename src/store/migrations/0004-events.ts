import { type Kysely, sql } from 'kysely';

/** What the platform noted about a command: while it launches, and once it has ended. */
export async function addEvents(db: Kysely<unknown>): Promise<void> {
  const phases = sql`('launching', 'completed', 'failed', 'cancelled')`;
  await db.schema
    .alterTable('commands')
    .addColumn('events', 'text', (column) =>
      column.modifyEnd(sql`constraint commands_events check (events is null or phase in ${phases})`),
    )
    .execute();
}
