import { supportedMinor } from '../../../executors/kubernetes/install/supported-minor.ts';
import { timedFinding } from '../finding.ts';
import type { ClusterCheck } from './examined-cluster.ts';

/** TLS, and the first answer: the version, which has to be one that tells how an exec ended. */
export const checkVersion: ClusterCheck = async ({ access, client, signal }) => {
  const check = 'API server';
  const remedy = 'Read what it says: it names the certificate, the token or the version that is in the way.';
  const version = await timedFinding(check, remedy, async () => {
    const minor = await supportedMinor(client, signal);
    return { check, state: 'ok', seen: `${access.server.host} is trusted, and has Kubernetes 1.${minor}.` };
  });
  return [version];
};
