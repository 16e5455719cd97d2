import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { claimPlace, removeCgroups } from './cgroups.ts';
import { containerdSocket, writeConfiguration } from './configuration.ts';
import { commandLine, daemons, isDaemon } from './daemons.ts';
import { firstProcess, makeEnclosure, processesInside, runInside, startInside } from './enclosure.ts';
import { imageArchives } from './images.ts';
import { makeKeys } from './keys.ts';
import { insideOf, logsOf, nodeAddress, type Place, placeFile, podRange, programsOf, serviceRange } from './layout.ts';
import { layLink } from './link.ts';
import { programsFolder } from './programs.ts';
import { untilContainerd, untilReady } from './readiness.ts';
import { runningCluster, type RunningCluster } from './running-cluster.ts';
import type { Say } from './say.ts';
import { stopCluster } from './stop-cluster.ts';

/** How a cluster is started. */
export interface StartOptions {
  /** Where all of it will be: an absolute path, outside what the cluster sees otherwise inside. */
  readonly stateDirectory: string;
  /** Whether its processes end with this one, however that ends. */
  readonly bound: boolean;
  readonly signal: AbortSignal;
  readonly say: Say;
}

/** These look different inside, and so cannot hold the state. */
const hidden = ['/run', '/var/run', '/var/lib', '/var/log', '/proc', '/sys', '/dev'];

function checkDirectory(state: string): void {
  if (resolve(state) !== state) throw new Error(`The state directory must be an absolute path, not ${state}.`);
  const above = hidden.find((folder) => state === folder || state.startsWith(`${folder}/`));
  if (above !== undefined) throw new Error(`The state directory must not be below ${above}; take one in /tmp.`);
}

function claim(state: string): Place {
  const place = claimPlace();
  try {
    writeFileSync(placeFile(state), JSON.stringify(place), { flag: 'wx' });
    return place;
  } catch (error) {
    removeCgroups(place);
    throw error;
  }
}

async function furnish(state: string, place: Place, signal: AbortSignal): Promise<void> {
  const first = firstProcess(state);
  if (first === undefined) throw new Error(`The first process of ${state} has ended.`);
  await layLink(place, first.pid, signal);
  const script = join(import.meta.dirname, 'furnish.sh');
  const args = [insideOf(state), `${nodeAddress(place)}/30`, podRange, serviceRange];
  await runInside(state, ['sh', script, ...args], signal);
}

async function importImages(state: string, programs: string, signal: AbortSignal): Promise<void> {
  const ctr = ['ctr', '--address', containerdSocket];
  await untilContainerd(state, signal);
  for (const archive of imageArchives(programs)) {
    await runInside(state, [...ctr, '--namespace', 'k8s.io', 'images', 'import', archive], signal);
  }
}

async function build({ stateDirectory: state, bound, signal, say }: StartOptions): Promise<void> {
  const programs = await programsFolder(signal, say);
  const started = performance.now();
  const place = claim(state);
  symlinkSync(programs, programsOf(state));
  await makeEnclosure(state, bound, signal);
  await Promise.all([furnish(state, place, signal), makeKeys(state, place, signal)]);
  writeConfiguration(state, place);
  for (const daemon of daemons) {
    if (daemon === 'kubelet') await importImages(state, programs, signal);
    await startInside(state, daemon, commandLine(daemon, state, place), signal);
  }
  await untilReady(state, 120_000, signal);
  say(`The test cluster is ready after ${((performance.now() - started) / 1000).toFixed(1)} s, in ${state}.`);
}

/** The daemons that were started and run no more, each with the end of its log. */
function fallen(state: string): string {
  const alive = processesInside(state);
  return daemons
    .filter((daemon) => !alive.some(({ argv }) => isDaemon(daemon, argv)))
    .flatMap((daemon) => {
      const log = join(logsOf(state), `${daemon}.log`);
      return existsSync(log) ? `\n${daemon} has ended: ${readFileSync(log, 'utf8').slice(-2000)}` : [];
    })
    .join('');
}

/**
 * Brings a one-node cluster up in a state directory of its own and waits until it takes pods; its programs are built
 * first where the cache has none. What was left in the directory by an earlier one is taken down. Several may be up.
 * @throws {Error} when the machine does not let us, with the cause; nothing is left then
 */
export async function startCluster(options: StartOptions): Promise<RunningCluster> {
  const { stateDirectory: state, signal } = options;
  checkDirectory(state);
  await stopCluster(state, signal);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  try {
    await build(options);
  } catch (error) {
    // The logs go with the state, so what they end with must be told now.
    const told = fallen(state);
    await stopCluster(state, AbortSignal.timeout(60_000));
    throw told === '' ? error : new Error(`The cluster did not come up.${told}`, { cause: error });
  }
  return runningCluster(state);
}
