import type { Kysely } from 'kysely';
import { type Command, type Phase, phases } from '../../core/command.ts';
import type { CommandQuery } from '../../ports/command-store.ts';
import { commandFromRow, type CommandRow } from '../rows/command-row.ts';
import type { Tables } from '../rows/tables.ts';

/**
 * One page of a cluster's commands, the newest first. Each phase is read from its own place in an index, as far as
 * the page is long, and the heads are merged: so a page costs the same whichever filters it has and however many
 * commands there are that it does not show.
 */
export async function commandPage(db: Kysely<Tables>, query: CommandQuery): Promise<readonly Command[]> {
  const heads: CommandRow[] = [];
  for (const phase of new Set(query.phases ?? phases)) heads.push(...(await headOfPhase(db, query, phase)));
  heads.sort(newestFirst);
  return heads.slice(0, query.limit).map(commandFromRow);
}

async function headOfPhase(db: Kysely<Tables>, query: CommandQuery, phase: Phase): Promise<CommandRow[]> {
  const { submittedBy, submittedFrom, submittedTo, after } = query;
  let rows = db
    .selectFrom('commands')
    .selectAll()
    .where('cluster_uid', '=', query.clusterUid)
    .where('phase', '=', phase);
  if (submittedBy !== undefined) rows = rows.where('submitted_by', '=', submittedBy);
  if (submittedFrom !== undefined) rows = rows.where('submitted_at', '>=', submittedFrom);
  if (submittedTo !== undefined) rows = rows.where('submitted_at', '<=', submittedTo);
  if (after !== undefined) {
    rows = rows.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('submitted_at', 'id'), '<', tuple(after.submittedAt, after.id)),
    );
  }
  return await rows.orderBy('submitted_at', 'desc').orderBy('id', 'desc').limit(query.limit).execute();
}

function newestFirst(a: CommandRow, b: CommandRow): number {
  return b.submitted_at - a.submitted_at || (a.id < b.id ? 1 : -1);
}
