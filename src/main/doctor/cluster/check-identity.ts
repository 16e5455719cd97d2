import { fieldOf, textOf } from '../../../executors/kubernetes/client/json-fields.ts';
import { timedFinding } from '../finding.ts';
import type { ClusterCheck } from './examined-cluster.ts';

/** Who the server is to the cluster (`SelfSubjectReview`). */
export const checkIdentity: ClusterCheck = async ({ client, signal }) => {
  const check = 'identity';
  const remedy =
    'The cluster does not take these credentials, or not any more: `longarm cluster add NAME --kubeconfig FILE --install` makes new ones.';
  const identity = await timedFinding(check, remedy, async () => {
    const kind = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const answer = await client.request({ method: 'POST', path, body: kind }, signal);
    const who = textOf(fieldOf(fieldOf(answer, 'status'), 'userInfo'), 'username') ?? '';
    if (who === 'system:anonymous') {
      return { check, state: 'bad', seen: 'The cluster takes the server for nobody (system:anonymous).', remedy };
    }
    return { check, state: 'ok', seen: `The server is ${who} to the cluster.` };
  });
  return [identity];
};
