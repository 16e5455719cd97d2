import { type BenchServer, startBenchServer, versioned } from './bench-server.ts';
import { type FilledDirectory, spreadClusters } from './filled-directory.ts';
import type { Caller } from './http-calls.ts';
import { averageMs, inTurn, type NamedPair, type Place } from './measure.ts';

/** One of the two servers that are compared. */
interface Subject {
  readonly server: BenchServer;
  readonly caller: Caller;
  readonly finished: FilledDirectory['finished'];
}

/** The same over HTTP. */
export async function httpPairs(
  place: Place,
  large: FilledDirectory,
  small: FilledDirectory,
): Promise<readonly NamedPair[]> {
  const servers: BenchServer[] = [];
  const subjectOf = async ({ name, finished }: FilledDirectory): Promise<Subject> => {
    const server = await startBenchServer(place, spreadClusters, name);
    servers.push(server);
    return { server, finished, caller: server.caller(1, true) };
  };
  try {
    const [inLarge, inSmall] = [await subjectOf(large), await subjectOf(small)];
    const compare = async (name: string, what: string, calls: number, pathOf: PathOf): Promise<NamedPair> => {
      const msIn = (subject: Subject) => () =>
        averageMs(calls, async (i) => {
          await subject.caller.call('GET', pathOf(subject, i));
        });
      return { name, what, pair: await inTurn('ms', 15, 2, msIn(inSmall), msIn(inLarge)) };
    };
    return [
      await compare('http-get', 'GET of a result', 40, ({ server, finished }, i) => {
        const command = finished[(i * 97) % finished.length];
        return versioned(`${server.cluster(command?.clusterName ?? '')}/commandResults/${command?.id}`);
      }),
      await compare('http-list', 'GET of a list of 40', 10, ({ server }, i) =>
        versioned(`${server.cluster(`cluster-${i}`)}/commandResults`, '$top=40'),
      ),
      { ...(await compare('http-metrics', 'a scrape of the metrics', 1, () => '/metrics')), isReported: true },
    ];
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

type PathOf = (subject: Subject, i: number) => string;
