import type { ClusterUid } from '../../core/command-id.ts';
import type { Instant } from '../../core/instant.ts';
import type { CommandStore } from '../../ports/command-store.ts';
import { submissionFromRow, type SubmissionRow, submissionToRow } from '../rows/submission-row.ts';
import { prepare } from './prepared.ts';
import type { Session } from './session.ts';

interface GoodKey {
  readonly principal: string;
  readonly clusterUid: ClusterUid;
  readonly key: string;
  readonly now: Instant;
}

const good = prepare((db, { principal, clusterUid, key, now }: GoodKey) =>
  db
    .selectFrom('submissions')
    .selectAll()
    .where('principal', '=', principal)
    .where('cluster_uid', '=', clusterUid)
    .where('key', '=', key)
    .where('expires_at', '>', now),
);

// The same key may be there from before, expired and not yet pruned. One that is still good was found first.
const insert = prepare((db, row: SubmissionRow) =>
  db
    .insertInto('submissions')
    .values(row)
    .onConflict((conflict) => conflict.columns(['principal', 'cluster_uid', 'key']).doUpdateSet(row)),
);

/** The part of the command store that knows a request again. */
export function submissionQueries(
  session: Session,
): Pick<CommandStore, 'findSubmission' | 'addSubmission' | 'pruneSubmissions'> {
  return {
    async findSubmission(principal, clusterUid, key, now) {
      const row = await good.first(session, { principal, clusterUid, key, now });
      return row && submissionFromRow(row);
    },
    async addSubmission(principal, clusterUid, submission) {
      await insert.change(session, submissionToRow(principal, clusterUid, submission));
    },
    async pruneSubmissions(now) {
      const { numDeletedRows } = await session.db
        .deleteFrom('submissions')
        .where('expires_at', '<=', now)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
