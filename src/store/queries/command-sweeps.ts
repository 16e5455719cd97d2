import { type Kysely, sql } from 'kysely';
import type { ClusterUid, CommandId } from '../../core/command-id.ts';
import type { Command, Phase } from '../../core/command.ts';
import { addMs, type Instant } from '../../core/instant.ts';
import type { CommandStore } from '../../ports/command-store.ts';
import { commandFromRow, type CommandRow } from '../rows/command-row.ts';
import type { Tables } from '../rows/tables.ts';
import type { Session } from './session.ts';

const unfinishedPhases: readonly Phase[] = ['accepted', 'claimed', 'launching', 'running'];

/** How many ids go into one statement: far below what any engine takes. */
const idsPerStatement = 500;

/** The part of the command store that starts, sweeps, prunes and measures. */
export function sweepQueries(
  session: Session,
): Pick<CommandStore, 'leased' | 'unfinished' | 'unfinishedAmong' | 'knownAmong' | 'prunable' | 'countByPhase'> {
  return {
    async leased() {
      const rows = await session.db
        .selectFrom('commands')
        .selectAll()
        .where('lease_expires_at', 'is not', null)
        .orderBy('submitted_at')
        .orderBy('id')
        .execute();
      return rows.map(commandFromRow);
    },
    async unfinished(clusterUid) {
      const rows = await session.db
        .selectFrom('commands')
        .selectAll()
        .where('phase', 'in', unfinishedPhases)
        .where('cluster_uid', '=', clusterUid)
        .orderBy('submitted_at')
        .orderBy('id')
        .execute();
      return rows.map(commandFromRow);
    },
    async unfinishedAmong(ids) {
      return await inPieces(ids, (piece) =>
        session.db
          .selectFrom('commands')
          .select('id')
          .where('id', 'in', piece)
          .where('finished_at', 'is', null)
          .execute(),
      );
    },
    async knownAmong(ids) {
      return await inPieces(ids, (piece) =>
        session.db.selectFrom('commands').select('id').where('id', 'in', piece).execute(),
      );
    },
    async prunable(now, retentionMsByDefault, limit) {
      const due: Finished[] = [];
      for (const { uid, retentionMs } of await finishedClusters(session.db)) {
        due.push(...(await finishedUntil(session.db, uid, addMs(now, -(retentionMs ?? retentionMsByDefault)), limit)));
      }
      const first = due.sort(longestFinishedFirst).slice(0, limit);
      const commands: Command[] = [];
      for (const { id } of first) {
        const row = await session.db.selectFrom('commands').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
        commands.push(commandFromRow(row));
      }
      return commands;
    },
    async countByPhase() {
      const rows = await session.db
        .selectFrom('commands')
        .select(({ fn }) => ['phase', fn.countAll<number>().as('count')])
        .groupBy('phase')
        .execute();
      const counts: Partial<Record<Phase, number>> = {};
      for (const { phase, count } of rows) counts[phase] = Number(count);
      return counts;
    },
  };
}

/** The clusters that have finished commands, found by hopping through the index, each with its own retention. */
async function finishedClusters(
  db: Kysely<Tables>,
): Promise<{ readonly uid: ClusterUid; readonly retentionMs: number | null }[]> {
  const { rows } = await sql<{ uid: ClusterUid; retentionMs: number | null }>`
    with recursive finished(cluster_uid) as (
      select (select cluster_uid from commands where finished_at is not null and cluster_uid > '' order by cluster_uid limit 1)
      union all
      select (
        select cluster_uid from commands
        where finished_at is not null and cluster_uid > finished.cluster_uid
        order by cluster_uid limit 1
      )
      from finished where finished.cluster_uid is not null
    )
    select finished.cluster_uid as "uid", clusters.retention_ms as "retentionMs"
    from finished left join clusters on clusters.uid = finished.cluster_uid
    where finished.cluster_uid is not null`.execute(db);
  return rows;
}

/** What the index by finish holds of a command; the row itself is read only for those that are handed out. */
type Finished = Pick<CommandRow, 'id' | 'finished_at'>;

async function finishedUntil(
  db: Kysely<Tables>,
  clusterUid: ClusterUid,
  until: Instant,
  limit: number,
): Promise<Finished[]> {
  return await db
    .selectFrom('commands')
    .select(['id', 'finished_at'])
    .where('cluster_uid', '=', clusterUid)
    .where('finished_at', '<=', until)
    .orderBy('finished_at')
    .orderBy('id')
    .limit(limit)
    .execute();
}

function longestFinishedFirst(a: Finished, b: Finished): number {
  return (a.finished_at ?? 0) - (b.finished_at ?? 0) || (a.id < b.id ? -1 : 1);
}

async function inPieces(
  ids: readonly CommandId[],
  select: (piece: readonly CommandId[]) => Promise<{ id: CommandId }[]>,
): Promise<CommandId[]> {
  const found: CommandId[] = [];
  for (let from = 0; from < ids.length; from += idsPerStatement) {
    const rows = await select(ids.slice(from, from + idsPerStatement));
    found.push(...rows.map((row) => row.id));
  }
  return found;
}
