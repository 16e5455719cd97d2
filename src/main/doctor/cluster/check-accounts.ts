import { findObject } from '../../../executors/kubernetes/install/apply-manifest.ts';
import { commandAccounts } from '../../../executors/kubernetes/install/command-accounts.ts';
import { manifestCommand } from '../../../executors/kubernetes/names.ts';
import { timedFinding } from '../finding.ts';
import type { ClusterCheck } from './examined-cluster.ts';
import { unlessForbidden } from './unless-forbidden.ts';

/** The service accounts that commands run as: the usual one of this cluster, and those of the manifest. */
export const checkAccounts: ClusterCheck = async ({ client, signal, settings: { namespace, serviceAccount } }) => {
  const names = new Set([serviceAccount, ...commandAccounts.map(({ name }) => name)]);
  const findings = Array.from(names, (name) => {
    const check = `service account ${name}`;
    const isUsual = name === serviceAccount;
    const remedy = isUsual
      ? 'Make it, or give the cluster another one (`longarm cluster add … --service-account NAME`).'
      : `Make it, where a role assignment is to name it. \`${manifestCommand(namespace)}\` has it.`;
    return timedFinding(
      check,
      remedy,
      unlessForbidden(check, async () => {
        const found = await findObject(client, { kind: 'ServiceAccount', name, namespace }, signal);
        const use = isUsual
          ? 'Commands run as it unless a role assignment says something else'
          : 'Role assignments may name it';
        if (found !== undefined) return { check, state: 'ok', seen: `${use}.` };
        const state = isUsual ? 'bad' : 'weak';
        return { check, state, seen: `There is no service account ${name} in ${namespace}.`, remedy };
      }),
    );
  });
  return Promise.all(findings);
};
