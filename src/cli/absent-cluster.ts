import type { ArmClient } from '../client/arm-client.ts';
import { ArmError } from '../client/arm-error.ts';
import { nearestWord } from '../config/nearest-word.ts';
import type { ClusterAddress } from '../core/resource-id.ts';

/** As many names as a message can hold. */
const mostNames = 10;

/**
 * The client, but where it asks for a cluster that is not there, the error names those that are. That takes one call
 * more, and only then.
 */
export function explainAbsentClusters(client: ArmClient): ArmClient {
  const explained = <T>(cluster: ClusterAddress, answer: Promise<T>): Promise<T> =>
    answer.catch(async (error: unknown) => {
      throw await explain(client, cluster, error);
    });
  return {
    ...client,
    submit: (cluster, request, options) => explained(cluster, client.submit(cluster, request, options)),
    result: (command, options) => explained(command.cluster, client.result(command, options)),
    clusters: {
      ...client.clusters,
      get: (cluster, options) => explained(cluster, client.clusters.get(cluster, options)),
    },
    list: async function* (cluster, filter, options) {
      try {
        yield* client.list(cluster, filter, options);
      } catch (error) {
        throw await explain(client, cluster, error);
      }
    },
  };
}

async function explain(client: ArmClient, cluster: ClusterAddress, error: unknown): Promise<unknown> {
  if (!(error instanceof ArmError) || error.code !== 'ResourceNotFound') return error;
  const names: string[] = [];
  try {
    for await (const { id, name } of client.clusters.list(cluster.subscriptionId))
      names.push(nameFrom(cluster, id, name));
  } catch {
    // Whoever may not list, or cannot just now, keeps the first error, which is what was asked about.
    return error;
  }
  const nearest = nearestWord(cluster.name, names);
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
  const there =
    names.length === 0
      ? 'there is none in the subscription that you may see. `longarm cluster add` registers a Kubernetes cluster.'
      : `there are: ${names.slice(0, mostNames).join(', ')}${more}.`;
  const advice = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  const message = `There is no cluster ${cluster.name} in the resource group ${cluster.resourceGroup}; ${there}${advice}`;
  return new ArmError(message, { code: error.code, status: error.status ?? 404, cause: error });
}

/** As it could be typed: with the group where that is another one. */
function nameFrom(asked: ClusterAddress, id: string, name: string): string {
  const group = /\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? asked.resourceGroup;
  return group.toLowerCase() === asked.resourceGroup.toLowerCase() ? name : `${group}/${name}`;
}
