import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { objectOf, textOf } from '../src/client/json-fields.ts';
import { startBenchServer, submit, untilEnded } from './bench-server.ts';
import { type Measure, ratio, value } from './measure.ts';
import { residentBytes } from './process-figures.ts';
import { sampleOf } from './sample.ts';

const commands = 1000;
const atOnce = 50;
const idealSeconds = commands / atOnce;

/** A queue that is worked off. */
export const thousandSleeps: Measure = {
  name: 'thousand-sleeps',
  deadlineMs: 240_000,
  run: async (place) => {
    const bareSeconds = await bareSleeps(place.signal);
    place.say(`bare processes, ${atOnce} at once: ${bareSeconds.toFixed(1)} s`);
    const limits = { concurrent: atOnce, waiting: commands };
    const server = await startBenchServer(place, [{ name: 'process', executor: 'process', limits }]);
    const resident: number[] = [];
    const sampling = setInterval(() => resident.push(residentBytes(server.pid) / 1024 ** 2), 1000);
    try {
      const caller = server.caller(32);
      const cluster = server.cluster('process');
      const began = Date.now();
      const results = await Promise.all(Array.from({ length: commands }, () => submit(caller, cluster, 'sleep 1')));
      place.say(`all were accepted after ${((Date.now() - began) / 1000).toFixed(1)} s`);
      // The last to come is the last to end, or nearly; the rest has mostly ended by then. None may be missing.
      let lastEnd = 0;
      for (const result of results.toReversed()) {
        const { text } = await untilEnded(caller, result, place.signal);
        const finishedAt = textOf(objectOf(objectOf(JSON.parse(text))['properties']), 'finishedAt');
        lastEnd = Math.max(lastEnd, Date.parse(finishedAt ?? ''));
      }
      clearInterval(sampling);
      place.say(`RSS by the second, in MiB: ${resident.map((each) => each.toFixed(0)).join(' ')}`);
      const part = Math.floor(resident.length / 4);
      const early = sampleOf('MiB', resident.slice(part, 2 * part));
      const late = sampleOf('MiB', resident.slice(-part));
      return [
        ratio(
          {
            name: 'thousand-sleeps',
            what: '1,000 commands `sleep 1` submitted at once, 50 running, to the end of the last; none lost',
            against: `ideal; ${bareSeconds.toFixed(1)} s as bare processes`,
            reach: { bound: 'at most', value: 1.4 },
          },
          { subject: sampleOf('s', [(lastEnd - began) / 1000]), baseline: sampleOf('s', [idealSeconds]) },
        ),
        ratio(
          {
            name: 'thousand-sleeps-memory',
            what: 'the server’s RSS in the last quarter of that',
            against: 'in the second quarter',
            reach: { bound: 'at most', value: 1.1 },
          },
          { subject: late, baseline: early },
        ),
        value(
          { name: 'thousand-sleeps-peak', what: 'the server’s largest RSS meanwhile' },
          sampleOf('MiB', [Math.max(...resident)]),
        ),
      ];
    } finally {
      clearInterval(sampling);
      await server.stop();
    }
  },
};

/** What the machine itself needs for as many processes. */
async function bareSleeps(signal: AbortSignal): Promise<number> {
  const began = performance.now();
  let left = commands;
  const one = async () => {
    while (left-- > 0) await once(spawn('sh', ['-c', 'sleep 1'], { stdio: 'ignore', signal }), 'exit');
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return (performance.now() - began) / 1000;
}
