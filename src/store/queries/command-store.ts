import type { CommandStore } from '../../ports/command-store.ts';
import type { Sealer } from '../../ports/sealer.ts';
import { commandPage } from './command-page.ts';
import { queueQueries } from './command-queue.ts';
import { recordQueries } from './command-records.ts';
import { sweepQueries } from './command-sweeps.ts';
import type { Session } from './session.ts';
import { submissionQueries } from './submissions.ts';

/** The commands in a database, their text and files sealed. */
export function createCommandStore(session: Session, sealer: Sealer): CommandStore {
  return {
    ...recordQueries(session, sealer),
    ...queueQueries(session),
    ...sweepQueries(session),
    ...submissionQueries(session),
    page: (query) => commandPage(session.db, query),
  };
}
