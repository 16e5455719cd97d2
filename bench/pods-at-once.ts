import { randomBytes } from 'node:crypto';
import { submit, untilEnded } from './bench-server.ts';
import { type Figure, inTurn, msFor, type Place, ratio, value } from './measure.ts';
import { barePod, type PodBench, removeBarePod } from './pod-cluster.ts';
import { sampleOf } from './sample.ts';

const atOnce = 100;
/** How long a node takes to clear a hundred pods away. What is measured next must not pay for it, in milliseconds. */
const clearMs = 20_000;

/** A hundred at once, against as many bare pods; and fifty, for what each of them asks of the API server. */
export async function podsAtOnce(place: Place, bench: PodBench): Promise<readonly Figure[]> {
  const { signal } = place;
  const caller = bench.server.caller(32);
  const ours = async (count: number): Promise<void> => {
    const results = await Promise.all(Array.from({ length: count }, () => submit(caller, bench.path, 'true')));
    await Promise.all(results.map((result) => untilEnded(caller, result, signal)));
  };
  const cleared = async (seconds: number): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, clearMs));
    return seconds;
  };
  const bare = async (count: number): Promise<number> => {
    const names = Array.from({ length: count }, () => `bare-${randomBytes(6).toString('hex')}`);
    const ms = await msFor(async () => {
      await Promise.all(names.map((name) => barePod(bench, name, signal)));
    });
    await Promise.all(names.map((name) => removeBarePod(bench, name, signal)));
    return cleared(ms / 1000);
  };
  await ours(5);
  const before = await bench.requests();
  await ours(50);
  await cleared(0);
  const perCommand = sampleOf('requests', [((await bench.requests()) - before) / 50]);
  const hundred = await inTurn(
    's',
    2,
    0,
    () => bare(atOnce),
    async () => cleared((await msFor(() => ours(atOnce))) / 1000),
  );
  return [
    value(
      {
        name: 'pod-requests-fifty',
        what: 'requests to the API server for each of fifty `true` at once',
        reach: { bound: 'at most', value: 6 },
      },
      perCommand,
    ),
    ratio(
      {
        name: 'pods-at-once',
        what: `${atOnce} commands \`true\` at once, to the last result; none lost`,
        against: `${atOnce} bare pods at once`,
        reach: { bound: 'at most', value: 1.2 },
      },
      hundred,
    ),
  ];
}
