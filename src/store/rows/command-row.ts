import type { ClusterUid, CommandId, LeaseToken, WorkerId } from '../../core/command-id.ts';
import type { Command, CommandFacts, Lease, Phase, SealedOutput, Stop, StopCause } from '../../core/command.ts';
import { isTerminal } from '../../core/command.ts';
import type { Instant } from '../../core/instant.ts';
import { principalKey } from '../../core/principal.ts';
import { eventsFromColumn, eventsToColumn } from './events-column.ts';
import { type Flag, toFlag } from './flag.ts';

/** One row of `commands`: the facts, then what the phase carries. CHECK constraints say which may be null when. */
export interface CommandRow {
  id: CommandId;
  cluster_uid: ClusterUid;
  submitted_by: string;
  submitter_issuer: string;
  submitter_id: string;
  submitter_name: string;
  submitted_at: Instant;
  text_sha256: string;
  timeout_ms: number;
  grace_ms: number;
  start_ms: number;
  queue_deadline: Instant;
  output_limit_bytes: number;
  payload_bytes: number;
  strict: Flag;
  phase: Phase;
  revision: number;
  attempts: number;
  lease_worker_id: WorkerId | null;
  lease_token: LeaseToken | null;
  lease_expires_at: Instant | null;
  launched_at: Instant | null;
  start_deadline: Instant | null;
  pending_reason: string | null;
  pending_message: string | null;
  started_at: Instant | null;
  stop_cause: StopCause | null;
  stop_requested_at: Instant | null;
  stop_deadline: Instant | null;
  finished_at: Instant | null;
  exit_code: number | null;
  failure_reason: string | null;
  failure_message: string | null;
  output_stored_bytes: number | null;
  output_total_bytes: number | null;
  output_sha256: string | null;
  output_complete: Flag | null;
  means: string | null;
  service_account: string | null;
  events: string | null;
}

/** The columns that a transition may change; the rest are facts. */
export type CommandStateRow = Omit<CommandRow, keyof ReturnType<typeof factsToRow>>;

/** The columns of what never changes. */
export function factsToRow(facts: CommandFacts) {
  return {
    id: facts.id,
    cluster_uid: facts.clusterUid,
    submitted_by: principalKey(facts.submittedBy),
    submitter_issuer: facts.submittedBy.issuer,
    submitter_id: facts.submittedBy.id,
    submitter_name: facts.submittedBy.displayName,
    submitted_at: facts.submittedAt,
    text_sha256: facts.textSha256,
    timeout_ms: facts.timeoutMs,
    grace_ms: facts.graceMs,
    start_ms: facts.startMs,
    queue_deadline: facts.queueDeadline,
    output_limit_bytes: facts.outputLimitBytes,
    payload_bytes: facts.payloadBytes,
    strict: toFlag(facts.strict),
    service_account: facts.serviceAccount ?? null,
  };
}

/** The columns of what a transition changes; null wherever the phase has no such thing. */
export function stateToRow(command: Command): CommandStateRow {
  const leased = 'lease' in command ? command.lease : undefined;
  const pending = 'pending' in command ? command.pending : undefined;
  const stop = 'stop' in command ? command.stop : undefined;
  const failure = 'failure' in command ? command.failure : undefined;
  const ended = isTerminal(command) ? command : undefined;
  return {
    phase: command.phase,
    revision: command.revision,
    attempts: command.attempts,
    lease_worker_id: leased?.workerId ?? null,
    lease_token: leased?.token ?? null,
    lease_expires_at: leased?.expiresAt ?? null,
    launched_at: 'launchedAt' in command ? command.launchedAt : null,
    start_deadline: 'startDeadline' in command ? command.startDeadline : null,
    pending_reason: pending?.reason ?? null,
    pending_message: pending?.message ?? null,
    started_at: 'startedAt' in command ? (command.startedAt ?? null) : null,
    stop_cause: stop?.cause ?? null,
    stop_requested_at: stop?.requestedAt ?? null,
    stop_deadline: stop?.deadline ?? null,
    finished_at: ended?.finishedAt ?? null,
    exit_code: ended?.exitCode ?? null,
    failure_reason: failure?.reason ?? null,
    failure_message: failure?.message ?? null,
    output_stored_bytes: ended?.output.storedBytes ?? null,
    output_total_bytes: ended?.output.totalBytes ?? null,
    output_sha256: ended?.output.sha256 ?? null,
    output_complete: ended === undefined ? null : toFlag(ended.output.complete),
    means: 'means' in command ? (command.means ?? null) : null,
    events: 'events' in command && command.events !== undefined ? eventsToColumn(command.events) : null,
  };
}

/**
 * The command that a row holds.
 * @throws {Error} where a column that the phase needs is null, which no CHECK lets Longarm write.
 */
export function commandFromRow(row: CommandRow): Command {
  const versioned = { facts: factsFromRow(row), revision: row.revision, attempts: row.attempts };
  switch (row.phase) {
    case 'accepted':
      return { ...versioned, phase: row.phase };
    case 'claimed':
      return { ...versioned, phase: row.phase, lease: leaseFromRow(row) };
    case 'launching':
      return {
        ...versioned,
        phase: row.phase,
        lease: leaseFromRow(row),
        launchedAt: present(row, 'launched_at'),
        startDeadline: present(row, 'start_deadline'),
        ...(row.means === null ? {} : { means: row.means }),
        ...pendingFromRow(row),
        ...notedFromRow(row),
        ...stopFromRow(row),
      };
    case 'running':
      return {
        ...versioned,
        phase: row.phase,
        lease: leaseFromRow(row),
        launchedAt: present(row, 'launched_at'),
        startedAt: present(row, 'started_at'),
        ...stopFromRow(row),
      };
    case 'completed': {
      const startedAt = present(row, 'started_at');
      return { ...versioned, phase: row.phase, ...endFromRow(row), startedAt, exitCode: present(row, 'exit_code') };
    }
    case 'failed': {
      const failure = { reason: present(row, 'failure_reason'), message: present(row, 'failure_message') };
      return { ...versioned, phase: row.phase, failure, ...endFromRow(row), ...traceFromRow(row) };
    }
    case 'cancelled':
      return { ...versioned, phase: row.phase, ...endFromRow(row), ...traceFromRow(row) };
  }
}

function factsFromRow(row: CommandRow): CommandFacts {
  return {
    id: row.id,
    clusterUid: row.cluster_uid,
    submittedBy: { issuer: row.submitter_issuer, id: row.submitter_id, displayName: row.submitter_name },
    submittedAt: row.submitted_at,
    textSha256: row.text_sha256,
    timeoutMs: row.timeout_ms,
    graceMs: row.grace_ms,
    startMs: row.start_ms,
    queueDeadline: row.queue_deadline,
    outputLimitBytes: row.output_limit_bytes,
    payloadBytes: row.payload_bytes,
    strict: row.strict === 1,
    ...(row.service_account === null ? {} : { serviceAccount: row.service_account }),
  };
}

function leaseFromRow(row: CommandRow): Lease {
  return {
    workerId: present(row, 'lease_worker_id'),
    token: present(row, 'lease_token'),
    expiresAt: present(row, 'lease_expires_at'),
  };
}

function pendingFromRow(row: CommandRow) {
  if (row.pending_reason === null) return {};
  return { pending: { reason: row.pending_reason, message: present(row, 'pending_message') } };
}

function notedFromRow(row: CommandRow) {
  return row.events === null ? {} : { events: eventsFromColumn(row.events) };
}

function stopFromRow(row: CommandRow): { stop?: Stop } {
  if (row.stop_cause === null) return {};
  const requestedAt = present(row, 'stop_requested_at');
  return { stop: { cause: row.stop_cause, requestedAt, deadline: present(row, 'stop_deadline') } };
}

function endFromRow(row: CommandRow): { finishedAt: Instant; output: SealedOutput } {
  return {
    finishedAt: present(row, 'finished_at'),
    ...notedFromRow(row),
    output: {
      storedBytes: present(row, 'output_stored_bytes'),
      totalBytes: present(row, 'output_total_bytes'),
      sha256: present(row, 'output_sha256'),
      complete: present(row, 'output_complete') === 1,
    },
  };
}

function traceFromRow(row: CommandRow) {
  return {
    ...(row.started_at === null ? {} : { startedAt: row.started_at }),
    ...(row.exit_code === null ? {} : { exitCode: row.exit_code }),
  };
}

function present<K extends keyof CommandRow>(row: CommandRow, column: K): NonNullable<CommandRow[K]> {
  const value = row[column];
  if (value === null) {
    throw new Error(
      `Command ${row.id} is ${row.phase}, and its column ${column} is null. Restore the database from a backup.`,
    );
  }
  return value;
}
