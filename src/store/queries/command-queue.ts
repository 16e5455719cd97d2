import { type Kysely, sql } from 'kysely';
import type { ClusterUid, CommandId } from '../../core/command-id.ts';
import type { Phase } from '../../core/command.ts';
import type { Instant } from '../../core/instant.ts';
import type { CommandStore } from '../../ports/command-store.ts';
import { commandFromRow } from '../rows/command-row.ts';
import type { Tables } from '../rows/tables.ts';
import { prepare } from './prepared.ts';
import type { Session } from './session.ts';

interface OneCluster {
  readonly clusterUid: ClusterUid;
}

const waiting = prepare((db, { clusterUid }: OneCluster) => counted(db, clusterUid, ['accepted']));

const active = prepare((db, { clusterUid }: OneCluster) =>
  counted(db, clusterUid, ['claimed', 'launching', 'running']),
);

function counted(db: Kysely<Tables>, clusterUid: ClusterUid, phases: readonly Phase[]) {
  return db
    .selectFrom('commands')
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.sum<number | null>('payload_bytes').as('payloadBytes')])
    .where('phase', 'in', phases)
    .where('cluster_uid', '=', clusterUid);
}

const before = prepare((db, given: OneCluster & { readonly submittedAt: Instant; readonly id: CommandId }) =>
  db
    .selectFrom('commands')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('phase', '=', 'accepted')
    .where('cluster_uid', '=', given.clusterUid)
    .where(({ eb, refTuple, tuple }) => eb(refTuple('submitted_at', 'id'), '<', tuple(given.submittedAt, given.id))),
);

const claimable = prepare((db, given: { readonly now: Instant; readonly concurrentByDefault: number }) =>
  db
    .selectFrom('commands')
    .selectAll()
    .where('id', 'in', candidates(given.now, given.concurrentByDefault))
    .orderBy('submitted_at')
    .orderBy('id')
    .limit(1),
);

/** The part of the command store that looks at the queue. */
export function queueQueries(
  session: Session,
): Pick<CommandStore, 'counts' | 'queuePosition' | 'nextClaimable' | 'overdue'> {
  return {
    async counts(clusterUid) {
      const queued = await waiting.first(session, { clusterUid });
      const underWay = await active.first(session, { clusterUid });
      return {
        waiting: Number(queued?.count ?? 0),
        // The sum of nothing is null.
        waitingBytes: Number(queued?.payloadBytes ?? 0),
        active: Number(underWay?.count ?? 0),
      };
    },
    async queuePosition({ facts: { clusterUid, submittedAt, id } }) {
      const row = await before.first(session, { clusterUid, submittedAt, id });
      return Number(row?.count ?? 0);
    },
    async nextClaimable(now, concurrentByDefault) {
      const row = await claimable.first(session, { now, concurrentByDefault });
      return row && commandFromRow(row);
    },
    async overdue(now, limit) {
      const unleased = await session.db
        .selectFrom('commands')
        .selectAll()
        .where('lease_expires_at', '<=', now)
        .where('phase', '=', 'claimed')
        .orderBy('lease_expires_at')
        .limit(limit)
        .execute();
      const waitedTooLong = await session.db
        .selectFrom('commands')
        .selectAll()
        // A literal, not a parameter: only so does the partial index apply.
        .where('phase', '=', sql.lit<Phase>('accepted'))
        .where('queue_deadline', '<=', now)
        .orderBy('queue_deadline')
        .limit(limit)
        .execute();
      return [...unleased, ...waitedTooLong].slice(0, limit).map(commandFromRow);
    },
  };
}

/**
 * The first waiting command of each cluster that has a free place, and those whose lease is over. The recursion
 * hops from one waiting cluster to the next in the index, so a long queue in a busy cluster is never walked through.
 */
function candidates(now: Instant, concurrentByDefault: number) {
  return sql<CommandId>`(
    with recursive waiting(cluster_uid) as (
      select (select cluster_uid from commands where phase = 'accepted' order by cluster_uid limit 1)
      union all
      select (
        select cluster_uid from commands
        where phase = 'accepted' and cluster_uid > waiting.cluster_uid
        order by cluster_uid limit 1
      )
      from waiting where waiting.cluster_uid is not null
    )
    select (
      select id from commands
      where phase = 'accepted' and cluster_uid = waiting.cluster_uid
      order by submitted_at, id limit 1
    )
    from waiting left join clusters on clusters.uid = waiting.cluster_uid
    where waiting.cluster_uid is not null and (
      select count(*) from commands
      where phase in ('claimed', 'launching', 'running') and cluster_uid = waiting.cluster_uid
    ) < coalesce(clusters.concurrent_limit, ${concurrentByDefault})
    union all
    select id from commands where lease_expires_at <= ${now} and phase in ('launching', 'running')
  )`;
}
