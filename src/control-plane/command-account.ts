import type { Cluster } from '../core/cluster.ts';
import { LongarmError } from '../core/error-code.ts';
import { clusterScope } from '../core/scope.ts';
import { chooseServiceAccount } from '../core/command-account.ts';
import type { Repositories } from '../ports/store.ts';
import type { Actor } from './dependencies.ts';

const target = 'longarm.serviceAccount';

/**
 * The service account that the actor's command runs as; `undefined` in a cluster that runs none in pods.
 * @throws {LongarmError} `InvalidParameter` where the request must choose one, or names one that it may not.
 */
export async function serviceAccountFor(
  { directory }: Repositories,
  actor: Actor,
  cluster: Cluster,
  asked: string | undefined,
): Promise<string | undefined> {
  const { name } = cluster.address;
  if (cluster.executor !== 'kubernetes') {
    if (asked === undefined) return undefined;
    throw new LongarmError(
      'InvalidParameter',
      `${target} is '${asked}', and cluster '${name}' runs no commands in pods (executor '${cluster.executor}'), so there is nothing that it could name. Leave it out.`,
      { target },
    );
  }
  const { issuer, id } = actor.principal;
  const answer = chooseServiceAccount({
    principal: actor.principal,
    assignments: await directory.assignmentsOf(issuer, id),
    scope: clusterScope(cluster.address),
    ofCluster: cluster.kubernetes?.serviceAccount,
    asked,
  });
  if (answer.type === 'chosen') return answer.serviceAccount;
  const choices = answer.choices.map((choice) => `'${choice}'`).join(', ');
  throw new LongarmError(
    'InvalidParameter',
    answer.type === 'open'
      ? `Your role assignments let commands in cluster '${name}' run as several service accounts: ${choices}. Say which one with ${target}.`
      : `${target} is '${asked ?? ''}'; your role assignments let commands in cluster '${name}' run as ${choices} only. Ask for one of these, or an administrator for a role assignment that names it.`,
    { target },
  );
}
