import { existsSync } from 'node:fs';
import { type Place, linkName, machineAddress } from './layout.ts';
import { runProgram } from './run-program.ts';

const isLinked = (place: Place): boolean => existsSync(`/sys/class/net/${linkName(place)}`);

/**
 * Lays the link into the namespaces of this process, where its end is called `node`; the machine's end is set up.
 * @throws {Error} when the machine lets us make no link
 */
export async function layLink(place: Place, pid: number, signal: AbortSignal): Promise<void> {
  const near = linkName(place);
  const far = ['peer', 'name', 'node', 'netns', String(pid)];
  await runProgram('ip', ['link', 'add', 'name', near, 'type', 'veth', ...far], { signal });
  await runProgram('ip', ['address', 'add', `${machineAddress(place)}/30`, 'dev', near], { signal });
  await runProgram('ip', ['link', 'set', near, 'up'], { signal });
}

/** Removes the link, unless it has gone with the namespaces. */
export async function removeLink(place: Place, signal: AbortSignal): Promise<void> {
  if (!isLinked(place)) return;
  try {
    await runProgram('ip', ['link', 'delete', linkName(place)], { signal });
  } catch (error) {
    if (isLinked(place)) throw error; // Otherwise it went while we looked.
  }
}
