import type { Launch } from '../../../core/launch.ts';
import { randomIds } from '../../random-ids.ts';
import type { ExaminedCluster } from './examined-cluster.ts';

/** How long the trial may take to start, in milliseconds: an image may have to be pulled. */
export const trialStartMs = 180_000;

/**
 * The command that the doctor tries a cluster with. It belongs to no registered cluster, or a server that sweeps what
 * nobody knows would take it away.
 */
export function trialLaunch({ shell, settings }: ExaminedCluster): Launch {
  return {
    commandId: randomIds.commandId(),
    clusterUid: settings.clusterUid,
    shell,
    text: 'true',
    files: [],
    startMs: trialStartMs,
    timeoutMs: 30_000,
    graceMs: 1000,
    outputLimitBytes: 1024 * 1024,
    admit: async () => {},
  };
}
