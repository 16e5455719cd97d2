import { join } from 'node:path';
import type { Environment } from './option.ts';

/**
 * Where Longarm keeps its state when nobody says otherwise: `$XDG_STATE_HOME/longarm`, else
 * `~/.local/state/longarm` (XDG Base Directory Specification; relative values are ignored, as it demands), else
 * `/var/lib/longarm` where there is no home.
 */
export function defaultDataDir(environment: Environment): string {
  const stateHome = environment['XDG_STATE_HOME'];
  if (stateHome?.startsWith('/')) return join(stateHome, 'longarm');
  const home = environment['HOME'] ?? environment['USERPROFILE'];
  return home === undefined || home === '' ? '/var/lib/longarm' : join(home, '.local', 'state', 'longarm');
}
