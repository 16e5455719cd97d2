import type { Kysely } from 'kysely';
import type { CommandStore } from '../../ports/command-store.ts';
import { submissionFromRow, submissionToRow } from '../rows/submission-row.ts';
import type { Tables } from '../rows/tables.ts';

/** The part of the command store that knows a request again. */
export function submissionQueries(
  db: Kysely<Tables>,
): Pick<CommandStore, 'findSubmission' | 'addSubmission' | 'pruneSubmissions'> {
  return {
    async findSubmission(principal, clusterUid, key, now) {
      const row = await db
        .selectFrom('submissions')
        .selectAll()
        .where('principal', '=', principal)
        .where('cluster_uid', '=', clusterUid)
        .where('key', '=', key)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      return row && submissionFromRow(row);
    },
    async addSubmission(principal, clusterUid, submission) {
      const row = submissionToRow(principal, clusterUid, submission);
      // The same key may be there from before, expired and not yet pruned. One that is still good was found first.
      await db
        .insertInto('submissions')
        .values(row)
        .onConflict((conflict) => conflict.columns(['principal', 'cluster_uid', 'key']).doUpdateSet(row))
        .execute();
    },
    async pruneSubmissions(now) {
      const { numDeletedRows } = await db
        .deleteFrom('submissions')
        .where('expires_at', '<=', now)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
