import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** How many commands of each kind are put into a database. */
export interface Filling {
  readonly finished: number;
  /** In the queue, with a payload that no key opens: they can be claimed and given back, and not run. */
  readonly waiting: number;
  /** Over which they are spread evenly. */
  readonly clusterUids: readonly string[];
  readonly submitter: { readonly issuer: string; readonly id: string; readonly name: string };
  /** Now, in milliseconds. Finished ones are of the 20 days before. */
  readonly nowMs: number;
}

const dayMs = 86_400_000;

/**
 * Fills a database by its own schema, in one transaction: mostly completed commands, some failed, a few cancelled,
 * each with the row that its submit leaves in the audit. Its indexes are made anew behind that, which gives the same and
 * is faster.
 */
export function fillDatabase(database: DatabaseSync, filling: Filling): void {
  database.exec('pragma synchronous = normal; pragma cache_size = -400000');
  const indexes = database
    .prepare(`select name, sql from sqlite_schema where type = 'index' and sql is not null`)
    .all()
    .map(({ name, sql }) => ({ name: String(name), sql: String(sql) }));
  database.exec('begin');
  for (const { name } of indexes) database.exec(`drop index ${name}`);
  insertAll(database, filling);
  for (const { sql } of indexes) database.exec(sql);
  database.exec('commit; pragma wal_checkpoint(truncate)');
}

function insertAll(database: DatabaseSync, filling: Filling): void {
  const { finished, waiting, clusterUids, submitter, nowMs } = filling;
  database.exec('create temp table places (place integer primary key, uid text)');
  const place = database.prepare('insert into places values (?, ?)');
  for (const [i, uid] of clusterUids.entries()) place.run(i, uid);
  database.exec('create temp table numbers (i integer primary key)');
  database
    .prepare(
      'insert into numbers with recursive n(i) as (select 0 union all select i + 1 from n where i < ?) select i from n',
    )
    .run(Math.max(finished, waiting) - 1);
  const { issuer, id, name } = submitter;
  const digest = randomBytes(32).toString('hex');
  const clusters = clusterUids.length;
  const facts = `id, cluster_uid, submitted_by, submitter_issuer, submitter_id, submitter_name, submitted_at, text_sha256,
    timeout_ms, grace_ms, start_ms, queue_deadline, output_limit_bytes, payload_bytes, strict, phase, revision, attempts`;
  const submitted = `lower(hex(randomblob(16))), uid, :issuer || '|' || :id, :issuer, :id, :name, at, :digest,
    3600000, 30000, 300000, at + 3600000, 1073741824, 30, 0`;
  database
    .prepare(
      `insert into commands (${facts}, started_at, finished_at, exit_code, failure_reason, failure_message,
         output_stored_bytes, output_total_bytes, output_sha256, output_complete)
       select ${submitted}, phase, 5, 1, at + 50, at + 900, case phase when 'completed' then i % 3 end,
         case phase when 'failed' then 'TimedOut' end, case phase when 'failed' then 'It ran for too long.' end,
         0, 0, :digest, 1
       from (select i, i % :clusters as place, :nowMs - 20 * ${dayMs} + i * (20 * ${dayMs} / :count) as at,
               case when i % 50 = 7 then 'failed' when i % 100 = 9 then 'cancelled' else 'completed' end as phase
             from numbers where i < :count)
       join places using (place) order by i`,
    )
    .run({ issuer, id, name, digest, nowMs, clusters, count: finished });
  database
    .prepare(
      `insert into commands (${facts}) select ${submitted}, 'accepted', 1, 0
       from (select i, i % :clusters as place, :nowMs + i as at from numbers where i < :count) join places using (place)`,
    )
    .run({ issuer, id, name, digest, nowMs, clusters, count: waiting });
  database.exec(
    `insert into command_payloads (command_id, sealed_text)
     select id, zeroblob(60) from commands where phase = 'accepted'`,
  );
  database.exec(
    `insert into audit_log
       (at, verb, principal, principal_issuer, principal_id, principal_name, target, correlation_id, details)
     select submitted_at, 'command.submit', submitted_by, submitter_issuer, submitter_id, submitter_name, cluster_uid,
       id, '{"commandId":"' || id || '"}' from commands`,
  );
}
