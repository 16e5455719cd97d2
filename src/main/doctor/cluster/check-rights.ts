import { fieldOf, textOf } from '../../../executors/kubernetes/client/json-fields.ts';
import { nameOf, serverRights } from '../../../executors/kubernetes/install/server-rights.ts';
import { manifestCommand } from '../../../executors/kubernetes/names.ts';
import { timedFinding } from '../finding.ts';
import type { ClusterCheck, ExaminedCluster } from './examined-cluster.ts';

/** Everything that the executor asks of the namespace, right by right (`SelfSubjectAccessReview`). */
export const checkRights: ClusterCheck = async (cluster) => {
  const { namespace } = cluster.settings;
  const remedy = `Apply what \`${manifestCommand(namespace)}\` prints, with \`--server-principal\` where the server is not the service account of it (identity, above), or do \`longarm cluster add --install\` again.`;
  const findings = serverRights.map(({ resource, verbs, only, serves }) => {
    const check = `right to ${resource}`;
    return timedFinding(check, remedy, async () => {
      const name = only === undefined ? undefined : nameOf(only, namespace);
      const refused = await refusedVerbs(cluster, resource, verbs, name);
      const what = name === undefined ? resource : `${resource} ${name}`;
      if (refused.length === 0) return { check, state: 'ok', seen: `It may ${verbs.join(', ')} ${what}.` };
      // What only this very verb uses costs no command anything.
      const state = serves === 'longarm doctor' ? 'weak' : 'bad';
      const seen = `It may not ${refused.join('; nor ')} (${what} in ${namespace}). That is for ${serves}.`;
      return { check, state, seen, remedy };
    });
  });
  return Promise.all(findings);
};

/** The verbs that are refused, each with what the cluster says of it. */
async function refusedVerbs(
  { client, signal, settings: { namespace } }: ExaminedCluster,
  whole: string,
  verbs: readonly string[],
  name: string | undefined,
): Promise<readonly string[]> {
  const [resource, subresource] = whole.split('/');
  const answers = await Promise.all(
    verbs.map(async (verb) => {
      const resourceAttributes = { namespace, verb, group: '', version: 'v1', resource, subresource, name };
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      };
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      const status = fieldOf(await client.request({ method: 'POST', path, body }, signal), 'status');
      if (fieldOf(status, 'allowed') === true) return [];
      const why = textOf(status, 'reason') ?? '';
      return [why === '' ? verb : `${verb} (${why})`];
    }),
  );
  return answers.flat();
}
