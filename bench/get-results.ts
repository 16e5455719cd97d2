import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numberOf, objectOf } from '../src/client/json-fields.ts';
import { type BenchServer, startBenchServer, submit, untilEnded } from './bench-server.ts';
import { inTurn, type Measure, ratio } from './measure.ts';
import { cpuSeconds } from './process-figures.ts';
import { type Program, startProgram } from './program.ts';
import { sampleOf } from './sample.ts';

const commands = 1000;
const connections = 64;
const roundMs = 3000;

/** How many finished results a second the server gives, authentication, authorisation and all. */
export const getResults: Measure = {
  name: 'get-results',
  deadlineMs: 180_000,
  run: async (place) => {
    const limits = { waiting: 2 * commands, concurrent: 50 };
    const server = await startBenchServer(place, [{ name: 'scripted', executor: 'scripted', limits }]);
    const bare = startProgram('bare-http', place.signal);
    const load = startProgram('load-get', place.signal);
    try {
      const answers = await finishedResults(server, place.signal);
      place.say(`${answers.length} commands have ended`);
      const file = join(place.directory, 'answers.json');
      writeFileSync(file, JSON.stringify(answers));
      const barePort = numberOf(objectOf(await bare.ask({ file })), 'port') ?? 0;
      const paths = answers.map(({ path }) => path);
      const perSecond = (port: number) => loadFor(load, port, server.token, paths);
      const cpuMs: number[] = [];
      const pair = await inTurn(
        'requests/s',
        6,
        1,
        () => perSecond(barePort),
        async () => {
          const before = cpuSeconds(server.pid);
          const rate = await perSecond(server.plainPort);
          cpuMs.push(((cpuSeconds(server.pid) - before) * 1000) / ((rate * roundMs) / 1000));
          return rate;
        },
      );
      place.say(`processor time of the server: ${sampleOf('ms', cpuMs).median.toFixed(3)} ms a request`);
      const words = {
        name: 'get-results',
        what: 'GET of a finished result, 1,000 of 1 kB, 64 connections, without TLS',
        against: 'bare node:http with the same bytes',
        reach: { bound: 'at least', value: 0.55 },
      } as const;
      return [ratio(words, pair)];
    } finally {
      await Promise.all([load.stop(), bare.stop(), server.stop()]);
    }
  },
};

interface Finished {
  readonly path: string;
  readonly rawHeaders: readonly string[];
  readonly text: string;
}

async function finishedResults(server: BenchServer, signal: AbortSignal): Promise<readonly Finished[]> {
  const caller = server.caller(16);
  const cluster = server.cluster('scripted');
  const one = async (): Promise<Finished> => {
    const path = await submit(caller, cluster, 'bytes 1000B');
    const { text, rawHeaders } = await untilEnded(caller, path, signal);
    return { path, text, rawHeaders };
  };
  const found: Finished[] = [];
  while (found.length < commands) found.push(...(await Promise.all(Array.from({ length: 50 }, one))));
  caller.close();
  return found;
}

async function loadFor(load: Program, port: number, token: string, paths: readonly string[]): Promise<number> {
  const answer = objectOf(await load.ask({ port, token, paths, connections, ms: roundMs }));
  return numberOf(answer, 'perSecond') ?? 0;
}
