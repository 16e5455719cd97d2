import { KubernetesError } from '../../../executors/kubernetes/client/kubernetes-error.ts';
import type { Finding } from '../finding.ts';

/** For what only the doctor asks: where it may not look, commands run all the same. */
export function unlessForbidden(check: string, look: () => Promise<Finding>): () => Promise<Finding> {
  return async () => {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.code !== 403) throw error;
      return { check, state: 'skipped', seen: error.message };
    }
  };
}
