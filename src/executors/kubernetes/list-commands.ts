import type { CommandId } from '../../core/command-id.ts';
import { parseRfc3339 } from '../../core/instant.ts';
import { clusterSelector, commandOf, labels, trialClusterUid } from './names.ts';
import { type KubernetesRoom, pathOf } from './room.ts';

/** How many objects are asked for at once. */
const pageSize = 500;

/** How old a trial of the doctor must be to count as left behind: it gives up long before, in milliseconds. */
const trialMs = 15 * 60_000;

/** The commands of which the cluster has a pod or a Secret, and what a doctor that was killed has left. */
export async function listCommands(room: KubernetesRoom, signal: AbortSignal): Promise<readonly CommandId[]> {
  const ids = new Set<CommandId>();
  for (const kind of ['pods', 'secrets'] as const) {
    let from: string | undefined;
    do {
      const answer = await room.client.request(
        {
          method: 'GET',
          path: pathOf(room, kind),
          query: {
            labelSelector: clusterSelector(room.settings.clusterUid, trialClusterUid),
            limit: String(pageSize),
            ...(from === undefined ? {} : { continue: from }),
          },
        },
        signal,
      );
      const { items = [], metadata = {} } = answer as ObjectList;
      for (const item of items) {
        const id = commandOf(item);
        if (id !== undefined && !isUnderWay(item, room)) ids.add(id);
      }
      from = metadata.continue === '' ? undefined : metadata.continue;
    } while (from !== undefined);
  }
  return [...ids];
}

/** Whether it is a trial that its doctor may still look after. */
function isUnderWay({ metadata = {} }: Listed, { clock }: KubernetesRoom): boolean {
  if (metadata.labels?.[labels.cluster] !== trialClusterUid) return false;
  const createdAt = parseRfc3339(metadata.creationTimestamp ?? '');
  return createdAt === undefined || clock.now() - createdAt < trialMs;
}

interface Listed {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
  };
}

interface ObjectList {
  readonly items?: readonly Listed[];
  readonly metadata?: { readonly continue?: string };
}
