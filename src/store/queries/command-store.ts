import type { Kysely } from 'kysely';
import type { CommandStore } from '../../ports/command-store.ts';
import type { Sealer } from '../../ports/sealer.ts';
import type { Tables } from '../rows/tables.ts';
import { commandPage } from './command-page.ts';
import { queueQueries } from './command-queue.ts';
import { recordQueries } from './command-records.ts';
import { sweepQueries } from './command-sweeps.ts';
import { submissionQueries } from './submissions.ts';

/** The commands in a database, their text and files sealed. */
export function createCommandStore(db: Kysely<Tables>, sealer: Sealer): CommandStore {
  return {
    ...recordQueries(db, sealer),
    ...queueQueries(db),
    ...sweepQueries(db),
    ...submissionQueries(db),
    page: (query) => commandPage(db, query),
  };
}
