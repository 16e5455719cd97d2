import { isGranted, isGrantedToOwner } from '../core/access.ts';
import type { Cluster } from '../core/cluster.ts';
import type { CommandId } from '../core/command-id.ts';
import type { Command } from '../core/command.ts';
import { LongarmError } from '../core/error-code.ts';
import type { ClusterAddress } from '../core/resource-id.ts';
import type { Action } from '../core/role.ts';
import { clusterScope, type Scope } from '../core/scope.ts';
import type { Repositories } from '../ports/store.ts';
import type { Actor, ControlPlane } from './dependencies.ts';

/** A denial. What it says is the same for what exists and for what does not. */
export class AccessDenied extends LongarmError {
  readonly action: Action;
  readonly scope: Scope;

  constructor(actor: Actor, action: Action, scope: Scope) {
    const { displayName, id } = actor.principal;
    super(
      'AuthorizationFailed',
      `The client '${displayName}' with object id '${id}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    );
    this.action = action;
    this.scope = scope;
  }
}

/**
 * Authorises, acts and audits in one transaction: all of `work` is kept, or nothing. A denial is recorded (`denials.ts`).
 * @throws {AccessDenied} from within `work`.
 */
export async function act<T>(
  plane: ControlPlane,
  actor: Actor,
  work: (repositories: Repositories) => Promise<T>,
): Promise<T> {
  return auditDenial(plane, actor, plane.store.write(work));
}

/** Authorises and reads in one snapshot. A denial is recorded. */
export async function look<T>(
  plane: ControlPlane,
  actor: Actor,
  work: (repositories: Repositories) => Promise<T>,
): Promise<T> {
  return auditDenial(plane, actor, plane.store.read(work));
}

/**
 * The gate before a request's body is read. The use case asks again, in the transaction that acts.
 * @throws {AccessDenied}
 */
export async function authorise(plane: ControlPlane, actor: Actor, action: Action, scope: Scope): Promise<void> {
  await look(plane, actor, (repositories) => requireAccess(repositories, actor, action, scope));
}

/** @throws {AccessDenied} when no assignment of the actor's grants the action at the scope. */
export async function requireAccess(
  repositories: Repositories,
  actor: Actor,
  action: Action,
  scope: Scope,
): Promise<void> {
  if (!(await hasAccess(repositories, actor, action, scope))) throw new AccessDenied(actor, action, scope);
}

/** Tells whether an assignment of the actor's grants the action at the scope. */
export async function hasAccess(
  repositories: Repositories,
  actor: Actor,
  action: Action,
  scope: Scope,
): Promise<boolean> {
  const { issuer, id } = actor.principal;
  return isGranted(actor.principal, await repositories.directory.assignmentsOf(issuer, id), action, scope);
}

/**
 * The cluster at an address, for an actor who may take the action on it.
 * @throws {AccessDenied} before anything is said about whether it exists.
 * @throws {LongarmError} `ResourceNotFound`.
 */
export async function requireCluster(
  repositories: Repositories,
  actor: Actor,
  action: Action,
  address: ClusterAddress,
): Promise<Cluster> {
  await requireAccess(repositories, actor, action, clusterScope(address));
  const cluster = await repositories.directory.findCluster(address);
  if (cluster === undefined) throw clusterNotFound(address);
  return cluster;
}

/**
 * A command of a cluster, for an actor whom a role or having submitted it gives the right to the action.
 * @throws {AccessDenied} before anything is said about whether it exists.
 * @throws {LongarmError} `ResourceNotFound` for the cluster, `NotFound` for the command.
 */
export async function requireCommand(
  repositories: Repositories,
  actor: Actor,
  action: Action,
  address: ClusterAddress,
  id: CommandId,
): Promise<{ readonly cluster: Cluster; readonly command: Command }> {
  const granted = await hasAccess(repositories, actor, action, clusterScope(address));
  const cluster = await repositories.directory.findCluster(address);
  const command = cluster && (await repositories.commands.find(cluster.uid, id));
  const owned = command !== undefined && isGrantedToOwner(actor.principal, command.facts.submittedBy, action);
  if (!granted && !owned) throw new AccessDenied(actor, action, clusterScope(address));
  if (cluster === undefined) throw clusterNotFound(address);
  if (command === undefined) {
    throw new LongarmError(
      'NotFound',
      `There is no command '${id}' in cluster '${address.name}'. Its id may be mistyped, or it was deleted or has outlived its retention.`,
    );
  }
  return { cluster, command };
}

function clusterNotFound(address: ClusterAddress): LongarmError {
  return new LongarmError(
    'ResourceNotFound',
    `The Resource 'Microsoft.ContainerService/managedClusters/${address.name}' under resource group '${address.resourceGroup}' was not found.`,
  );
}

async function auditDenial<T>(plane: ControlPlane, actor: Actor, attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof AccessDenied) {
      const { action, scope } = error;
      await plane.denials.record(actor, action, scope);
    }
    throw error;
  }
}
