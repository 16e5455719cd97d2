import type { ClusterUid } from '../../core/command-id.ts';
import type { Sealer } from '../../ports/sealer.ts';

/** One row of `cluster_credentials`: it goes with its cluster. */
export interface CredentialRow {
  cluster_uid: ClusterUid;
  sealed_kubeconfig: Uint8Array;
}

/** The columns of a cluster's kubeconfig. */
export function credentialToRow(uid: ClusterUid, kubeconfig: string, sealer: Sealer): CredentialRow {
  return { cluster_uid: uid, sealed_kubeconfig: sealer.seal(place(uid), Buffer.from(kubeconfig)) };
}

/**
 * The kubeconfig that a row holds.
 * @throws {SealError} when it was sealed under another key.
 */
export function kubeconfigFromRow(row: CredentialRow, sealer: Sealer): string {
  return Buffer.from(sealer.open(place(row.cluster_uid), row.sealed_kubeconfig)).toString();
}

function place(uid: ClusterUid): string {
  return `cluster_credentials/${uid}/kubeconfig`;
}
