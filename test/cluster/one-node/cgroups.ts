import { existsSync, globSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupName, type Place } from './layout.ts';

/** The roots of the machine's cgroup hierarchies: several of version 1, or the one of version 2. */
function hierarchies(): readonly string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return mounts.flatMap((line) => {
    const [, point, type] = line.split(' ');
    return point !== undefined && (type === 'cgroup' || type === 'cgroup2') ? [point] : [];
  });
}

/**
 * Passes the controllers that a kubelet wants on to those below the root, where version 2 is all there is. A machine
 * with systemd does so anyway; where nobody had, they stay passed on.
 */
function passOn(root: string): void {
  const file = join(root, 'cgroup.subtree_control');
  if (root !== '/sys/fs/cgroup' || !existsSync(file)) return;
  const passed = readFileSync(file, 'utf8').trim().split(' ');
  const wanted = ['cpu', 'cpuset', 'memory', 'pids'].filter((name) => !passed.includes(name));
  if (wanted.length > 0) writeFileSync(file, wanted.map((name) => `+${name}`).join(' '));
}

/** Whether this call made the folder. */
function isMade(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (existsSync(folder)) return false;
    throw error;
  }
}

/**
 * Takes the first number that no other cluster of this machine has, by making the cgroup that is named after it, below
 * which all of its pods will be. Only one can make it, and it is the last of a cluster to go.
 * @throws {Error} when the machine lets us make none, or 256 numbers are taken
 */
export function claimPlace(): Place {
  const [first, ...others] = hierarchies();
  if (first === undefined) throw new Error('This machine has no cgroups mounted; a cluster needs them.');
  for (let number = 0; number < 256; number += 1) {
    const place = { number };
    if (!isMade(join(first, cgroupName(place)))) continue;
    for (const root of [first, ...others]) {
      passOn(root);
      mkdirSync(join(root, cgroupName(place)), { recursive: true });
    }
    return place;
  }
  throw new Error('256 test clusters are on this machine; take some down with test/cluster/down.ts.');
}

/** The processes of a cluster's containers, by their numbers on this machine. They are in PID namespaces of their own. */
export function podProcesses(place: Place): readonly number[] {
  const [first = ''] = hierarchies();
  const lists = globSync(`${cgroupName(place)}/**/cgroup.procs`, { cwd: first }).flatMap((name) => {
    try {
      return readFileSync(join(first, name), 'utf8').split('\n');
    } catch {
      return []; // The container has gone while we looked.
    }
  });
  return lists.filter((line) => line !== '').map(Number);
}

/**
 * Removes it, with all that are below. Their processes must have ended, and all else that bears the number be gone.
 * @throws {Error} (EBUSY) when one has not
 */
export function removeCgroups(place: Place): void {
  // The one by which the number is claimed comes last.
  for (const root of hierarchies().toReversed()) {
    const own = join(root, cgroupName(place));
    const below = globSync('**/', { cwd: own }).map((name) => join(own, name));
    // The longest first: a folder comes before the one that it is in.
    for (const folder of new Set([...below.toSorted((a, b) => b.length - a.length), own])) {
      if (existsSync(folder)) rmdirSync(folder);
    }
  }
}
