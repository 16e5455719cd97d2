import { join } from 'node:path';
import type { ProcessLane } from './lane.ts';

/** Where programs are found unless the cluster's environment says otherwise. */
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The whole environment of a command: nothing of the server's. The supervisor adds `LONGARM_COMMAND_ID`.
 * @param box the directory that holds the command's `home` and `tmp`.
 */
export function commandEnvironment(lane: ProcessLane, box: string): Record<string, string> {
  return {
    PATH: defaultPath,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    ...lane.environment,
    HOME: join(box, 'home'),
    TMPDIR: join(box, 'tmp'),
  };
}
