import type { Finding } from '../finding.ts';
import { checkAccounts } from './check-accounts.ts';
import { checkIdentity } from './check-identity.ts';
import { checkNamespace } from './check-namespace.ts';
import { checkPod } from './check-pod.ts';
import { checkReach } from './check-reach.ts';
import { checkRights } from './check-rights.ts';
import { checkStart } from './check-start.ts';
import { checkVersion } from './check-version.ts';
import type { ClusterCheck, ExaminedCluster } from './examined-cluster.ts';

/** Each needs what those before it have found to work: nothing is said of what could not be looked at. */
const stages: readonly (readonly ClusterCheck[])[] = [
  [checkReach],
  [checkVersion],
  [checkIdentity],
  [checkRights, checkNamespace, checkAccounts],
  [checkPod],
  [checkStart],
];

/** Looks at everything that a command in a pod needs, from the name of the API server to the end of a command. */
export async function examineCluster(cluster: ExaminedCluster): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [index, stage] of stages.entries()) {
    for (const check of stage) findings.push(...(await check(cluster)));
    if (!findings.some(({ state }) => state === 'bad')) continue;
    if (index < stages.length - 1) {
      findings.push({ check: 'the rest', state: 'skipped', seen: 'It needs what is bad above.' });
    }
    break;
  }
  return findings;
}
