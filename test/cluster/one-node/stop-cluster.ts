import { existsSync, readdirSync, rmSync } from 'node:fs';
import { removeCgroups } from './cgroups.ts';
import { firstProcess, isEnclosureHeld } from './enclosure.ts';
import { eventually } from './eventually.ts';
import { placeFile, readPlace } from './layout.ts';
import { removeLink } from './link.ts';
import { processes } from './processes.ts';

/** Whether something is as it should be in the end. Throws become the cause of the failure to get there. */
const settled = (act: () => void) => (): true => {
  act();
  return true;
};

async function endProcesses(state: string, signal: AbortSignal): Promise<void> {
  const first = firstProcess(state);
  if (first !== undefined) process.kill(first.pid, 'SIGKILL');
  const isLeft = (): boolean =>
    isEnclosureHeld(state) || processes().some(({ namespace }) => namespace === first?.namespace);
  await eventually(`The end of all processes of ${state}`, 30_000, signal, () => (isLeft() ? undefined : true));
}

/**
 * Takes the cluster of this state directory down, and the directory with it; nothing when there is none. What was
 * killed before does not hinder it. Nothing of the cluster is left on the machine afterwards.
 * @throws {Error} when the directory is not one of a cluster, or something of it does not go within 30 s
 */
export async function stopCluster(state: string, signal: AbortSignal): Promise<void> {
  if (!existsSync(state)) return;
  if (!existsSync(placeFile(state))) {
    if (readdirSync(state).length > 0) throw new Error(`${state} is no state directory of a test cluster.`);
    rmSync(state, { recursive: true });
    return;
  }
  const place = readPlace(state);
  await endProcesses(state, signal);
  await removeLink(place, signal);
  const removed = settled(() => removeCgroups(place));
  await eventually('The removal of the cgroups', 30_000, signal, removed);
  // Its mounts went with its namespaces, a moment after the last of its processes.
  const erased = settled(() => rmSync(state, { recursive: true, force: true }));
  await eventually(`The removal of ${state}`, 30_000, signal, erased);
}
