import type { RoleAssignment, RoleAssignmentId } from '../core/access.ts';
import type { Brand } from '../core/brand.ts';
import type { Cluster } from '../core/cluster.ts';
import type { Instant } from '../core/instant.ts';
import type { ClusterUid } from '../core/command-id.ts';
import type { ClusterAddress, SubscriptionId } from '../core/resource-id.ts';

/** The id by which a registered client signs in: a UUID. */
export type ClientId = Brand<string, 'ClientId'>;

/** A client that may sign in at our own token endpoint. */
export interface RegisteredClient {
  readonly id: ClientId;
  /** What its tokens carry as `oid`, and what role assignments name. */
  readonly principalId: string;
  readonly name: string;
  /** SHA-256 of the secret, in hex. The secret itself is shown once and stored nowhere. */
  readonly secretSha256: string;
  readonly createdAt: Instant;
}

/** What is registered: clusters, clients, role assignments. Names are found in any case and kept as written. */
export interface Directory {
  findCluster(address: ClusterAddress): Promise<Cluster | undefined>;
  clusterByUid(uid: ClusterUid): Promise<Cluster | undefined>;
  /** All clusters, or those of one subscription, or of one resource group in it; by name. */
  clusters(subscriptionId?: SubscriptionId, resourceGroup?: string): Promise<readonly Cluster[]>;
  /** Inserts the cluster, or replaces the one with the same uid. */
  saveCluster(cluster: Cluster): Promise<void>;
  /** Removes the cluster, and its kubeconfig with it. */
  removeCluster(uid: ClusterUid): Promise<void>;
  /**
   * The kubeconfig that was brought for a cluster; `undefined` where none was.
   * @throws {SealError} when it was sealed under another key.
   */
  kubeconfig(uid: ClusterUid): Promise<string | undefined>;
  /** Keeps the kubeconfig of a stored cluster, sealed, in place of the one before; with `undefined` there is none. */
  saveKubeconfig(uid: ClusterUid, kubeconfig: string | undefined): Promise<void>;

  findClient(id: string): Promise<RegisteredClient | undefined>;
  clients(): Promise<readonly RegisteredClient[]>;
  /** Inserts the client, or replaces the one with the same id. */
  saveClient(client: RegisteredClient): Promise<void>;
  removeClient(id: ClientId): Promise<void>;

  /** The assignments of one principal, at whatever scope. */
  assignmentsOf(issuer: string, principalId: string): Promise<readonly RoleAssignment[]>;
  /** All assignments, by scope and id. */
  assignments(): Promise<readonly RoleAssignment[]>;
  findAssignment(id: RoleAssignmentId): Promise<RoleAssignment | undefined>;
  /** Inserts the assignment, or replaces the one with the same id. */
  saveAssignment(assignment: RoleAssignment): Promise<void>;
  removeAssignment(id: RoleAssignmentId): Promise<void>;
}
