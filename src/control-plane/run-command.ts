import type { Cluster } from '../core/cluster.ts';
import type { CommandId } from '../core/command-id.ts';
import type { CommandFacts } from '../core/command.ts';
import { LongarmError } from '../core/error-code.ts';
import { addMs } from '../core/instant.ts';
import type { CommandPayload } from '../core/launch.ts';
import { type Limits, limitsOf } from '../core/limits.ts';
import { principalKey } from '../core/principal.ts';
import { type ClusterAddress, clusterResourceId } from '../core/resource-id.ts';
import { acceptCommand } from '../core/transition.ts';
import type { Repositories } from '../ports/store.ts';
import { act, requireCluster } from './access.ts';
import type { Actor, ControlPlane } from './dependencies.ts';

const dayMs = 24 * 60 * 60 * 1000;
const twoMinutesMs = 2 * 60 * 1000;

/** A request to run a command, after `wire` has parsed it. */
export interface RunCommand {
  readonly address: ClusterAddress;
  readonly payload: CommandPayload;
  /** sha256 of the command text, in hex. */
  readonly textSha256: string;
  /** sha256 of the request body, in hex: what tells a request sent twice from another one. */
  readonly bodySha256: string;
  /** The client's own word that this is one request however often it arrives; good for 24 hours. */
  readonly idempotencyKey?: string;
  /** `x-ms-client-request-id`: SDKs repeat it when they repeat a request; good for two minutes. */
  readonly clientRequestId?: string;
  readonly timeoutMs?: number;
  readonly graceMs?: number;
  readonly strict?: boolean;
}

/**
 * Puts a command in the queue, or finds that the same request put it there before. Resolves when it is on disk.
 * @throws {LongarmError} `ResourceNotFound`, `RunCommandDisabled`, `TooManyRequests`, `IdempotencyKeyReused`,
 * `InvalidParameter` for a time limit above the cluster's.
 */
export async function runCommand(plane: ControlPlane, actor: Actor, request: RunCommand): Promise<CommandId> {
  const id = await act(plane, actor, async (repositories) => {
    const action = 'Microsoft.ContainerService/managedClusters/runcommand/action';
    const cluster = await requireCluster(repositories, actor, action, request.address);
    const earlier = await findEarlier(plane, repositories, actor, cluster, request);
    if (earlier !== undefined) return earlier;
    if (cluster.runCommandDisabled) throw runCommandDisabled(cluster);
    const limits = limitsOf(plane.limits, cluster.limits);
    await requirePlace(repositories, cluster, limits);
    const facts = factsOf(plane, actor, cluster, limits, request);
    await repositories.commands.insert(acceptCommand(facts), request.payload);
    await rememberSubmission(plane, repositories, actor, cluster, request, facts.id);
    await repositories.audit.append({
      at: facts.submittedAt,
      verb: 'command.submit',
      principal: actor.principal,
      target: clusterResourceId(cluster.address),
      correlationId: actor.correlationId,
      details: { commandId: facts.id, textSha256: facts.textSha256, files: request.payload.files.length },
    });
    return facts.id;
  });
  plane.bell.ring('queue');
  return id;
}

function factsOf(
  plane: ControlPlane,
  actor: Actor,
  cluster: Cluster,
  limits: Limits,
  request: RunCommand,
): CommandFacts {
  const now = plane.clock.now();
  if (request.timeoutMs !== undefined && request.timeoutMs > limits.runMs) {
    throw new LongarmError(
      'InvalidParameter',
      `longarm.timeoutSeconds is ${request.timeoutMs / 1000}; commands of cluster '${cluster.address.name}' may run for ${limits.runMs / 1000} seconds at most.`,
      { target: 'longarm.timeoutSeconds' },
    );
  }
  return {
    id: plane.ids.commandId(),
    clusterUid: cluster.uid,
    submittedBy: actor.principal,
    submittedAt: now,
    textSha256: request.textSha256,
    timeoutMs: request.timeoutMs ?? limits.runMs,
    graceMs: request.graceMs ?? limits.graceMs,
    startMs: limits.startMs,
    queueDeadline: addMs(now, limits.queueMs),
    outputLimitBytes: limits.outputBytes,
    strict: request.strict ?? cluster.strict,
  };
}

function runCommandDisabled(cluster: Cluster): LongarmError {
  return new LongarmError(
    'RunCommandDisabled',
    `Run command is switched off for cluster '${cluster.address.name}'. An administrator switches it on with apiServerAccessProfile.disableRunCommand: false.`,
  );
}

async function requirePlace(repositories: Repositories, cluster: Cluster, limits: Limits): Promise<void> {
  const { waiting } = await repositories.commands.counts(cluster.uid);
  if (waiting < limits.waiting) return;
  throw new LongarmError(
    'TooManyRequests',
    `${waiting} commands wait for cluster '${cluster.address.name}', and ${limits.waiting} may. Try again when some have run.`,
    { retryAfterSeconds: 10 },
  );
}

/** Under which keys this request would be known again, the client's explicit one first. */
function submissionKey(request: RunCommand): { readonly key: string; readonly lifeMs: number } | undefined {
  if (request.idempotencyKey !== undefined) return { key: `key/${request.idempotencyKey}`, lifeMs: dayMs };
  if (request.clientRequestId === undefined) return undefined;
  // The digest is part of this key: a client that puts one id on two different requests means both of them.
  return { key: `request/${request.clientRequestId}/${request.bodySha256}`, lifeMs: twoMinutesMs };
}

async function findEarlier(
  plane: ControlPlane,
  repositories: Repositories,
  actor: Actor,
  cluster: Cluster,
  request: RunCommand,
): Promise<CommandId | undefined> {
  const submission = submissionKey(request);
  if (submission === undefined) return undefined;
  const principal = principalKey(actor.principal);
  const now = plane.clock.now();
  const earlier = await repositories.commands.findSubmission(principal, cluster.uid, submission.key, now);
  if (earlier === undefined) return undefined;
  if (earlier.bodySha256 === request.bodySha256) return earlier.commandId;
  throw new LongarmError(
    'IdempotencyKeyReused',
    `The idempotency key '${request.idempotencyKey}' was used for another request body within the last 24 hours. Send the same body, or another key.`,
    { target: 'Idempotency-Key' },
  );
}

async function rememberSubmission(
  plane: ControlPlane,
  repositories: Repositories,
  actor: Actor,
  cluster: Cluster,
  request: RunCommand,
  commandId: CommandId,
): Promise<void> {
  const submission = submissionKey(request);
  if (submission === undefined) return;
  await repositories.commands.addSubmission(principalKey(actor.principal), cluster.uid, {
    key: submission.key,
    bodySha256: request.bodySha256,
    commandId,
    expiresAt: addMs(plane.clock.now(), submission.lifeMs),
  });
}
