import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ProcessUser } from '../config/process-user.ts';
import type { LaneOwner } from './declare-clusters.ts';

/**
 * The ids of the user that commands of the process lane run as.
 * @throws when the machine has no such user.
 */
export async function laneOwner(user: ProcessUser | undefined): Promise<LaneOwner | undefined> {
  if (user === undefined) return undefined;
  if (user.type === 'ids') return { uid: user.uid, gid: user.gid };
  try {
    const [uid, gid] = await Promise.all([idOf('-u', user.name), idOf('-g', user.name)]);
    return { uid, gid };
  } catch (cause) {
    throw new Error(`processUser names '${user.name}', and this machine has no such user.`, { cause });
  }
}

async function idOf(which: '-u' | '-g', name: string): Promise<number> {
  const { stdout } = await promisify(execFile)('id', [which, '--', name], { timeout: 10_000 });
  return Number(stdout.trim());
}
