import type { Config } from '../config/config.ts';
import type { Isolation } from '../executors/process/isolation.ts';

/**
 * Why this configuration may not serve its process lanes on this machine; `undefined` where it may. A command of
 * somebody else's must not be able to read keys and database, so without namespaces `serve` runs none (docs/security.md).
 */
export function laneRefusal(config: Config, isolation: Isolation): string | undefined {
  const lanes = config.clusters.filter(({ executor }) => executor === 'process');
  if (lanes.length === 0) return undefined;
  const names = lanes.map(({ name }) => `'${name}'`).join(', ');
  if (isolation.kind !== 'namespaces') {
    return `The process lane of ${names} cannot be kept apart from the data directory on this machine. ${isolation.weaknesses.join(' ')}`;
  }
  if (config.processUser !== undefined && !isolation.canDropUid) {
    return `processUser is set for the process lane of ${names}, and only a server that runs as root can take another user. Leave it out, or run the server as root.`;
  }
  return undefined;
}
