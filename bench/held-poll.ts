import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startBenchServer, submit, untilEnded } from './bench-server.ts';
import { difference, inTurn, type Measure, msFor } from './measure.ts';

/** How long a client waits for the end of `true`. */
export const heldPoll: Measure = {
  name: 'held-poll',
  deadlineMs: 120_000,
  run: async (place) => {
    const database = durableDatabase(join(place.directory, 'bare.db'));
    const insert = database.prepare('insert into bare (text) values (?)');
    const server = await startBenchServer(place, [{ name: 'process', executor: 'process' }]);
    try {
      const caller = server.caller(1, true);
      const cluster = server.cluster('process');
      const pair = await inTurn(
        'ms',
        150,
        15,
        () =>
          msFor(async () => {
            await once(spawn('sh', ['-c', 'true'], { stdio: 'ignore', signal: place.signal }), 'exit');
            insert.run('true');
          }),
        () =>
          msFor(async () => {
            await untilEnded(caller, await submit(caller, cluster, 'true'), place.signal);
          }),
      );
      const words = {
        name: 'held-poll',
        what: 'POST of `true` to its result, through a held poll, over TLS, process lane',
        against: 'spawning `sh -c true` and one durable insert',
        reach: { bound: 'at most', value: 30 },
      } as const;
      return [difference(words, pair)];
    } finally {
      await server.stop();
      database.close();
    }
  },
};

/** As durable as Longarm's own. */
function durableDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec('pragma journal_mode = wal; pragma synchronous = full; create table bare (text text) strict');
  return database;
}
