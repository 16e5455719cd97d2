import { DatabaseSync } from 'node:sqlite';
import type { ClusterUid, CommandId } from '../src/core/command-id.ts';
import { dataPaths } from '../src/main/data-directory.ts';
import { startBenchServer, submit, untilEnded } from './bench-server.ts';
import { fillDatabase } from './filled-database.ts';
import type { Place } from './measure.ts';

const waiting = 100;

/** The clusters over which commands are spread. */
export const spreadClusters = Array.from({ length: 20 }, (_, i) => ({
  name: `cluster-${i}`,
  executor: 'scripted' as const,
}));

/** A data directory with commands in it. */
export interface FilledDirectory {
  /** What `startBenchServer` calls it. */
  readonly name: string;
  readonly dataDir: string;
  /** Some that have ended, each with its cluster. */
  readonly finished: readonly FinishedCommand[];
}

/** Where a command is found. */
export interface FinishedCommand {
  readonly id: CommandId;
  readonly clusterUid: ClusterUid;
  readonly clusterName: string;
}

/** A server makes the directory, so that schema, clusters and keys are its own; then commands are added to it. */
export async function filledDirectory(place: Place, name: string, finished: number): Promise<FilledDirectory> {
  const server = await startBenchServer(place, spreadClusters, name);
  const caller = server.caller(1);
  await untilEnded(caller, await submit(caller, server.cluster('cluster-0'), 'exit 0'), place.signal);
  await server.stop();
  const { database: file } = dataPaths(server.dataDir);
  const database = new DatabaseSync(file);
  try {
    const clusterUids = database.prepare(`select uid from clusters where name like 'cluster-%'`).all();
    const row = database.prepare('select submitter_issuer, submitter_id, submitter_name from commands limit 1').get();
    fillDatabase(database, {
      finished,
      waiting,
      clusterUids: clusterUids.map(({ uid }) => String(uid)),
      submitter: {
        issuer: String(row?.['submitter_issuer']),
        id: String(row?.['submitter_id']),
        name: String(row?.['submitter_name']),
      },
      nowMs: Date.now(),
    });
    return { name, dataDir: server.dataDir, finished: someFinished(database) };
  } finally {
    database.close();
  }
}

/** Takes the waiting commands out. */
export function withoutQueue({ dataDir }: FilledDirectory): void {
  const database = new DatabaseSync(dataPaths(dataDir).database);
  database.exec(`pragma foreign_keys = on; delete from commands where phase = 'accepted'`);
  database.close();
}

function someFinished(database: DatabaseSync): readonly FinishedCommand[] {
  const rows = database
    .prepare(
      `select commands.id, uid, name from commands join clusters on uid = cluster_uid
       where phase = 'completed' and name like 'cluster-%' order by commands.id limit 900`,
    )
    .all();
  // What the database holds was made by the parsers of these.
  return rows.map(({ id, uid, name }) => ({
    id: String(id) as CommandId,
    clusterUid: String(uid) as ClusterUid,
    clusterName: String(name),
  }));
}
