import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { SchemaEngine } from './engine.ts';

/** The commands, with what hangs on them. Each CHECK is an invariant of `core/command.ts`. */
export async function createCommands(db: Kysely<unknown>, engine: SchemaEngine): Promise<void> {
  const { wholeNumber, bytes } = engine;
  const table = db.schema
    .createTable('commands')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('cluster_uid', 'text', (column) => column.notNull())
    .addColumn('submitted_by', 'text', (column) => column.notNull())
    .addColumn('submitter_issuer', 'text', (column) => column.notNull())
    .addColumn('submitter_id', 'text', (column) => column.notNull())
    .addColumn('submitter_name', 'text', (column) => column.notNull())
    .addColumn('submitted_at', wholeNumber, (column) => column.notNull())
    .addColumn('text_sha256', 'text', (column) => column.notNull())
    .addColumn('timeout_ms', wholeNumber, (column) => column.notNull())
    .addColumn('grace_ms', wholeNumber, (column) => column.notNull())
    .addColumn('start_ms', wholeNumber, (column) => column.notNull())
    .addColumn('queue_deadline', wholeNumber, (column) => column.notNull())
    .addColumn('output_limit_bytes', wholeNumber, (column) => column.notNull())
    .addColumn('payload_bytes', wholeNumber, (column) => column.notNull())
    .addColumn('strict', wholeNumber, (column) => column.notNull())
    .addColumn('phase', 'text', (column) => column.notNull())
    .addColumn('revision', wholeNumber, (column) => column.notNull())
    .addColumn('attempts', wholeNumber, (column) => column.notNull())
    .addColumn('lease_worker_id', 'text')
    .addColumn('lease_token', 'text')
    .addColumn('lease_expires_at', wholeNumber)
    .addColumn('launched_at', wholeNumber)
    .addColumn('start_deadline', wholeNumber)
    .addColumn('pending_reason', 'text')
    .addColumn('pending_message', 'text')
    .addColumn('started_at', wholeNumber)
    .addColumn('stop_cause', 'text')
    .addColumn('stop_requested_at', wholeNumber)
    .addColumn('stop_deadline', wholeNumber)
    .addColumn('finished_at', wholeNumber)
    .addColumn('exit_code', wholeNumber)
    .addColumn('failure_reason', 'text')
    .addColumn('failure_message', 'text')
    .addColumn('output_stored_bytes', wholeNumber)
    .addColumn('output_total_bytes', wholeNumber)
    .addColumn('output_sha256', 'text')
    .addColumn('output_complete', wholeNumber);
  let checked = engine.strictly(table);
  for (const [name, invariant] of Object.entries(invariants)) checked = checked.addCheckConstraint(name, invariant);
  await checked.execute();

  await engine
    .strictly(
      db.schema
        .createTable('command_payloads')
        .addColumn('command_id', 'text', (column) =>
          column.primaryKey().notNull().references('commands.id').onDelete('cascade'),
        )
        .addColumn('sealed_text', bytes, (column) => column.notNull())
        .addColumn('sealed_context', bytes),
    )
    .execute();
  // No foreign key to the command: a submission must outlive it, or a late retry would run it again.
  await engine
    .strictly(
      db.schema
        .createTable('submissions')
        .addColumn('principal', 'text', (column) => column.notNull())
        .addColumn('cluster_uid', 'text', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('body_sha256', 'text', (column) => column.notNull())
        .addColumn('command_id', 'text', (column) => column.notNull())
        .addColumn('expires_at', wholeNumber, (column) => column.notNull())
        .addPrimaryKeyConstraint('submissions_key', ['principal', 'cluster_uid', 'key']),
    )
    .execute();
  await createIndexes(db);
}

/** "These columns are all set exactly in these phases." */
function exactlyIn(phases: string, ...columns: readonly string[]): RawBuilder<boolean> {
  const each = columns.map((column) => sql`(${sql.ref(column)} is not null) = (phase in (${sql.raw(phases)}))`);
  return sql<boolean>`${sql.join(each, sql` and `)}`;
}

/** "These columns are all set or all null, and set at most in these phases." */
function togetherIn(phases: string, first: string, ...others: readonly string[]): RawBuilder<boolean> {
  const each = others.map((other) => sql`(${sql.ref(other)} is null) = (${sql.ref(first)} is null)`);
  const only = sql`(${sql.ref(first)} is null or phase in (${sql.raw(phases)}))`;
  return sql<boolean>`${sql.join([only, ...each], sql` and `)}`;
}

const terminal = `'completed', 'failed', 'cancelled'`;

const invariants: Readonly<Record<string, RawBuilder<boolean>>> = {
  commands_phase: sql`phase in ('accepted', 'claimed', 'launching', 'running', ${sql.raw(terminal)})`,
  commands_counts: sql`revision >= 1 and attempts >= 0 and payload_bytes >= 0 and strict in (0, 1)`,
  commands_lease: exactlyIn(`'claimed', 'launching', 'running'`, 'lease_worker_id', 'lease_token', 'lease_expires_at'),
  commands_launched: exactlyIn(`'launching', 'running'`, 'launched_at'),
  commands_start_deadline: exactlyIn(`'launching'`, 'start_deadline'),
  commands_pending: togetherIn(`'launching'`, 'pending_reason', 'pending_message'),
  commands_stop: togetherIn(`'launching', 'running'`, 'stop_cause', 'stop_requested_at', 'stop_deadline'),
  commands_started: sql`case
    when phase in ('running', 'completed') then started_at is not null
    when phase in ('failed', 'cancelled') then true
    else started_at is null end`,
  commands_exit: sql`case
    when phase = 'completed' then exit_code is not null
    when phase in ('failed', 'cancelled') then true
    else exit_code is null end`,
  commands_failure: exactlyIn(`'failed'`, 'failure_reason', 'failure_message'),
  commands_finished: exactlyIn(
    terminal,
    'finished_at',
    'output_stored_bytes',
    'output_total_bytes',
    'output_sha256',
    'output_complete',
  ),
  commands_output: sql`output_stored_bytes >= 0 and output_total_bytes >= 0 and output_complete in (0, 1)`,
};

/**
 * Every list and count begins with an equality on these columns, so a million finished commands are never walked
 * through on the way to ten unfinished ones.
 */
async function createIndexes(db: Kysely<unknown>): Promise<void> {
  // Queue, counts and pages. The size is in it so that each submit adds up the queue without a look at its rows.
  await db.schema
    .createIndex('commands_by_phase')
    .on('commands')
    .columns(['phase', 'cluster_uid', 'submitted_at', 'id', 'payload_bytes'])
    .execute();
  // The metric by phase: it reads every entry of an index, so it gets the narrowest one (a tenth of the time).
  await db.schema.createIndex('commands_counted').on('commands').columns(['phase']).execute();
  // Pages of one principal's commands.
  await db.schema
    .createIndex('commands_by_submitter')
    .on('commands')
    .columns(['cluster_uid', 'submitted_by', 'phase', 'submitted_at', 'id'])
    .execute();
  await db.schema
    .createIndex('commands_by_lease_expiry')
    .on('commands')
    .columns(['lease_expires_at'])
    .where(sql.ref('lease_expires_at'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('commands_by_queue_deadline')
    .on('commands')
    .columns(['queue_deadline'])
    .where(sql.ref('phase'), '=', sql.lit('accepted'))
    .execute();
  // By cluster first: each cluster has a retention of its own.
  await db.schema
    .createIndex('commands_by_finish')
    .on('commands')
    .columns(['cluster_uid', 'finished_at', 'id'])
    .where(sql.ref('finished_at'), 'is not', null)
    .execute();
  await db.schema.createIndex('submissions_by_expiry').on('submissions').columns(['expires_at']).execute();
}
