import { resolve, sep } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Isolation } from '../executors/process/isolation.ts';

/** What the policy must know of the machine. */
export interface LaneMachine {
  readonly isolation: Isolation;
  /** Whether the server runs as root. */
  readonly isRoot: boolean;
}

/**
 * Why this configuration may not serve its process lanes on this machine; `undefined` where it may. A command of
 * somebody else's must not be able to read keys, database and secrets, nor to change the machine: so it needs
 * namespaces, another user where the server is root, and no secret outside of what is masked (docs/security.md).
 */
export function laneRefusal(config: Config, { isolation, isRoot }: LaneMachine): string | undefined {
  const lanes = config.clusters.filter(({ executor }) => executor === 'process');
  if (lanes.length === 0) return undefined;
  const what = `The process lane of ${lanes.map(({ name }) => `'${name}'`).join(', ')}`;
  if (isolation.kind !== 'namespaces') {
    return `${what} cannot be kept apart from the data directory on this machine. ${isolation.weaknesses.join(' ')}`;
  }
  if (config.processUser !== undefined) {
    if (isolation.canDropUid) return undefined;
    return `${what} has a processUser, and only a server that runs as root can take another user. Leave it out, or run the server as root.`;
  }
  if (isRoot) {
    return `${what} would run commands as root, who can change everything on this machine. Name a user without privileges with processUser (--process-user), or do not run the server as root.`;
  }
  const open = secretsOutside(config);
  if (open.length === 0) return undefined;
  return `${what} runs commands as the server's own user, who can read ${open.join(' and ')}. Move them into the data directory, which commands cannot see, or run the server as root with a processUser.`;
}

/** The operator's secrets that no mask covers. */
function secretsOutside(config: Config): readonly string[] {
  const inside = `${resolve(config.dataDir)}${sep}`;
  const kubeconfigs = config.clusters.map(({ pods }) =>
    pods?.reach.type === 'kubeconfig' ? pods.reach.file : undefined,
  );
  const secrets = [config.tls?.keyFile, config.metricsTokenFile, ...kubeconfigs];
  return secrets.filter((file) => file !== undefined).filter((file) => !resolve(file).startsWith(inside));
}
