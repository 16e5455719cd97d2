import type { CommandId } from '../../core/command-id.ts';
import { clusterSelector, commandOf } from './names.ts';
import { type KubernetesRoom, pathOf } from './room.ts';

/** How many objects are asked for at once. */
const pageSize = 500;

/** The commands of which the cluster has a pod or a Secret. */
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
            labelSelector: clusterSelector(room.settings.clusterUid),
            limit: String(pageSize),
            ...(from === undefined ? {} : { continue: from }),
          },
        },
        signal,
      );
      const { items = [], metadata = {} } = answer as ObjectList;
      for (const item of items) {
        const id = commandOf(item);
        if (id !== undefined) ids.add(id);
      }
      from = metadata.continue === '' ? undefined : metadata.continue;
    } while (from !== undefined);
  }
  return [...ids];
}

interface ObjectList {
  readonly items?: readonly { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } }[];
  readonly metadata?: { readonly continue?: string };
}
