import { createCommandFeed } from '../src/control-plane/feed/command-feed.ts';
import type { CommandFeed } from '../src/ports/command-feed.ts';
import type { Store } from '../src/ports/store.ts';
import { openBenchPlane } from './bench-plane.ts';
import type { FilledDirectory, FinishedCommand } from './filled-directory.ts';
import { averageMs, inTurn, type NamedPair } from './measure.ts';

const callsEach = 40;

interface Opened {
  readonly store: Store;
  readonly feed: CommandFeed;
  readonly worker: Parameters<CommandFeed['claim']>[0];
}

type Call = (opened: Opened, command: FinishedCommand) => Promise<unknown>;

/** What store and use cases cost by themselves. */
export async function storePairs(large: FilledDirectory, small: FilledDirectory): Promise<readonly NamedPair[]> {
  await using a = await openBenchPlane(large.dataDir);
  await using b = await openBenchPlane(small.dataDir);
  const openedOf = ({ plane }: typeof a): Opened => ({
    store: plane.store,
    feed: createCommandFeed(plane),
    worker: plane.ids.workerId(),
  });
  const [inLarge, inSmall] = [openedOf(a), openedOf(b)];
  const compare = async (name: string, what: string, calls: number, call: Call): Promise<NamedPair> => {
    const msIn =
      (opened: Opened, { finished }: FilledDirectory) =>
      () =>
        averageMs(calls, async (i) => {
          // Far apart, so that no two calls in a row find the same page warm.
          const command = finished[(i * 97) % finished.length];
          if (command === undefined) throw new Error('The directory has no finished command.');
          await call(opened, command);
        });
    const pair = await inTurn('ms', 15, 2, msIn(inSmall, small), msIn(inLarge, large));
    return { name, what, pair };
  };
  const counted = await compare('count', 'count by phase, which each scrape of the metrics does', 1, ({ store }) =>
    store.read(({ commands }) => commands.countByPhase()),
  );
  return [
    await compare('claim', 'claim and give back in the store', callsEach, claimAndRelease),
    await compare('get', 'get in the store', callsEach, ({ store }, { id, clusterUid }) =>
      store.read(({ commands }) => commands.find(clusterUid, id)),
    ),
    await compare('list', 'list 40 in the store', callsEach, ({ store }, { clusterUid }) =>
      store.read(({ commands }) => commands.page({ clusterUid, limit: 40 })),
    ),
    { ...counted, isReported: true },
  ];
}

async function claimAndRelease({ feed, worker }: Opened): Promise<void> {
  const claim = await feed.claim(worker, new AbortController().signal);
  if (claim === undefined) throw new Error('There was nothing to claim.');
  await feed.release(claim.commandId, claim.token);
}
