import { checkLiteral, ForbiddenAddress, publicAddressGuard } from '../executors/kubernetes/client/address-guard.ts';
import { KubeconfigError } from '../executors/kubernetes/client/kubeconfig-error.ts';
import { parseKubeconfig } from '../executors/kubernetes/client/kubeconfig.ts';
import type { KubeconfigCheck } from '../ports/kubeconfig-check.ts';
import { singleLine } from '../wire/quote.ts';

/** Judges a kubeconfig that came by the API as the Kubernetes client does when it uses it. */
export const checkKubeconfig: KubeconfigCheck = (kubeconfig) => {
  try {
    const { server } = parseKubeconfig(kubeconfig, { trusted: undefined });
    // A name is looked at when it was resolved, each time that it is used.
    checkLiteral(publicAddressGuard, server.hostname);
    return { server: server.href };
  } catch (error) {
    if (error instanceof KubeconfigError) return { problem: singleLine(error.message) };
    if (!(error instanceof ForbiddenAddress)) throw error;
    const problem = `The kubeconfig names a server at an address that no cluster of the API may have: ${error.message}. Name the cluster in the configuration of the server.`;
    return { problem };
  }
};
