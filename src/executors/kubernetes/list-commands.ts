import { type CommandId, parseCommandId } from '../../core/command-id.ts';
import { parseRfc3339 } from '../../core/instant.ts';
import { textOf } from './client/json-fields.ts';
import type { KubernetesObject } from './client/kubernetes-client.ts';
import { clusterSelector, labels, trialClusterUid } from './names.ts';
import { type KubernetesRoom, pathOf } from './room.ts';

/** How old a trial of the doctor must be to count as left behind: it gives up long before, in milliseconds. */
const trialMs = 15 * 60_000;

/** The commands of which the cluster has a pod or a Secret, and what a doctor that was killed has left. */
export async function listCommands(room: KubernetesRoom, signal: AbortSignal): Promise<readonly CommandId[]> {
  const ids = new Set<CommandId>();
  const labelSelector = clusterSelector(room.settings.clusterUid, trialClusterUid);
  for (const kind of ['pods', 'secrets'] as const) {
    for (const object of await room.client.list({ path: pathOf(room, kind), labelSelector }, signal)) {
      const id = parseCommandId(textOf(object.metadata['labels'], labels.command) ?? '');
      if (id !== undefined && !isUnderWay(object, room)) ids.add(id);
    }
  }
  return [...ids];
}

/** Whether it is a trial that its doctor may still look after. */
function isUnderWay({ metadata }: KubernetesObject, { clock }: KubernetesRoom): boolean {
  if (textOf(metadata['labels'], labels.cluster) !== trialClusterUid) return false;
  const createdAt = parseRfc3339(textOf(metadata, 'creationTimestamp') ?? '');
  return createdAt === undefined || clock.now() - createdAt < trialMs;
}
