import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../src/main/free-port.ts';
import { difference, inTurn, type Measure, type Place } from './measure.ts';

const ends = ['ignore', 'ignore', 'ignore'] as const;

/** How long the installed command takes to say something, and the server to be ready. */
export const startUp: Measure = {
  name: 'start-up',
  deadlineMs: 120_000,
  run: async (place) => {
    const { longarm, signal } = place;
    const bare = () => msOf(['-e', '0'], signal);
    const help = await inTurn('ms', 40, 3, bare, () => msOf([longarm, '--help'], signal));
    const first = await inTurn('ms', 7, 1, bare, freshServer(place));
    const again = await inTurn('ms', 11, 1, bare, keptServer(place));
    const against = 'node -e 0';
    return [
      difference({ name: 'help', what: 'longarm --help', against, reach: { bound: 'at most', value: 40 } }, help),
      difference({ name: 'first-start', what: 'longarm serve on a new data directory, to ready', against }, first),
      difference({ name: 'start', what: 'longarm serve on a data directory that is there, to ready', against }, again),
    ];
  },
};

/** How long a Node takes from its start to its end. @throws {Error} where it does not exit 0. */
async function msOf(args: readonly string[], signal: AbortSignal): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: [...ends], signal });
  await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`node ${args.join(' ')} ended with ${child.exitCode}.`);
  return performance.now() - began;
}

/** Each time on a data directory of its own: keys, CA and schema are made. */
function freshServer(place: Place): () => Promise<number> {
  let count = 0;
  return () => msToReady(place, `fresh-${(count += 1)}`);
}

function keptServer(place: Place): () => Promise<number> {
  return () => msToReady(place, 'kept');
}

/** How long `longarm serve` takes from its start to its first word, which it says when it serves. */
async function msToReady({ longarm, directory, signal }: Place, name: string): Promise<number> {
  const dataDir = join(directory, name);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const args = [longarm, 'serve', '--data-dir', dataDir, '--port', String(await freePort('127.0.0.1'))];
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], signal });
  const exited = once(child, 'exit');
  let said = '';
  let readyMs: number | undefined;
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (readyMs !== undefined || !said.includes('"msg":"serving"')) continue;
    readyMs = performance.now() - began;
    child.kill('SIGTERM');
  }
  await exited;
  if (readyMs === undefined) throw new Error(`The server did not become ready: ${said}`);
  return readyMs;
}
