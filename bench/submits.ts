import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { runCommand } from '../src/control-plane/run-command.ts';
import type { Cluster } from '../src/core/cluster.ts';
import { dataPaths } from '../src/main/data-directory.ts';
import { BareDatabase, newestSubmits } from './bare-inserts.ts';
import { openBenchPlane } from './bench-plane.ts';
import { type BenchServer, startBenchServer, submit, versioned } from './bench-server.ts';
import type { Caller } from './http-calls.ts';
import { inTurn, type Measure, type Pair, ratio } from './measure.ts';

const rounds = 8;
const warmUps = 2;
const submitsEach = 500;
const atOnce = 32;

/** How many commands a second are on disk, when many clients submit at once. */
export const submits: Measure = {
  name: 'submits',
  deadlineMs: 120_000,
  run: async (place) => {
    // Each round has a cluster of its own, whose one place is taken: nothing of what is submitted runs.
    const names = Array.from({ length: rounds + warmUps }, (_, i) => `full-${i}`);
    const limits = { concurrent: 1, waiting: 2 * submitsEach };
    const server = await startBenchServer(
      place,
      names.map((name) => ({ name, executor: 'scripted', limits })),
    );
    const { database } = dataPaths(server.dataDir);
    try {
      const caller = server.caller(atOnce);
      for (const name of names) await submit(caller, server.cluster(name), 'sleep 1h');
      const bare = new BareDatabase(database, join(place.directory, 'bare.db'));
      const baseline = (file: string) => () => Promise.resolve(bare.insertsPerSecond(newestSubmits(file, submitsEach)));
      // The first round of the baseline has nothing to repeat yet.
      await submitAll(caller, server.cluster(names[0] ?? ''));
      let round = 0;
      const overHttp = await inTurn('commands/s', rounds, warmUps - 1, baseline(database), () =>
        submitAll(caller, server.cluster(names[(round += 1)] ?? '')),
      );
      await server.kill();
      const inStore = await submitsToStore(server, baseline(database));
      bare.close();
      const against = 'the same rows in a bare loop, one durable transaction each';
      const reach = { bound: 'at least', value: 2 } as const;
      return [
        ratio({ name: 'submits', what: 'durable submits over HTTP, 32 at once', against, reach }, overHttp),
        ratio(
          { name: 'submits-store', what: 'the same without HTTP: the use case on the store', against, reach },
          inStore,
        ),
      ];
    } finally {
      await server.kill();
    }
  },
};

async function submitAll(caller: Caller, cluster: string): Promise<number> {
  const path = versioned(`${cluster}/runCommand`);
  let left = submitsEach;
  const one = async () => {
    while (left-- > 0) await caller.call('POST', path, { command: 'kubectl get pods' }, randomUUID());
  };
  return perSecond(() => Promise.all(Array.from({ length: atOnce }, one)));
}

async function submitsToStore(server: BenchServer, baseline: () => Promise<number>): Promise<Pair> {
  await using opened = await openBenchPlane(server.dataDir);
  const { plane } = opened;
  const [first, clusters] = await plane.store.read(async ({ commands, directory }) => {
    const [command] = await commands.leased();
    return [command, await directory.clusters()] as const;
  });
  if (first === undefined) throw new Error('No command runs, so it is not known who submitted it.');
  const actor = { principal: first.facts.submittedBy, correlationId: randomUUID() };
  const submitOne = (cluster: Cluster) =>
    runCommand(plane, actor, {
      address: cluster.address,
      payload: { text: 'kubectl get pods' },
      textSha256: 'ab'.repeat(32),
      bodySha256: 'cd'.repeat(32),
      clientRequestId: randomUUID(),
    });
  const full = clusters.filter(({ address }) => address.name.startsWith('full-'));
  let round = 0;
  return await inTurn('commands/s', rounds - 1, 1, baseline, () => {
    const cluster = full[(round += 1)];
    if (cluster === undefined) throw new Error('There are fewer clusters than rounds.');
    let left = submitsEach - 1;
    const one = async () => {
      while (left-- > 0) await submitOne(cluster);
    };
    return perSecond(() => Promise.all(Array.from({ length: atOnce }, one)));
  });
}

async function perSecond(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (submitsEach * 1000) / (performance.now() - began);
}
