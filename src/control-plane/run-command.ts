import type { Cluster } from '../core/cluster.ts';
import type { CommandId } from '../core/command-id.ts';
import type { CommandFacts } from '../core/command.ts';
import { LongarmError } from '../core/error-code.ts';
import { addMs } from '../core/instant.ts';
import type { CommandPayload } from '../core/launch.ts';
import { type Limits, limitsOf } from '../core/limits.ts';
import { type ClusterAddress, clusterResourceId } from '../core/resource-id.ts';
import { acceptCommand } from '../core/transition.ts';
import type { Repositories } from '../ports/store.ts';
import { act, look, requireCluster } from './access.ts';
import type { Actor, ControlPlane } from './dependencies.ts';
import { serviceAccountFor } from './command-account.ts';
import { findEarlier, rememberSubmission, type Repeatable } from './submission.ts';

/** A request to run a command, after `wire` has parsed all of it but its archive of files. */
export interface RunCommand extends Repeatable {
  readonly address: ClusterAddress;
  readonly payload: CommandPayload;
  /** sha256 of the command text, in hex. */
  readonly textSha256: string;
  readonly timeoutMs?: number;
  readonly graceMs?: number;
  readonly strict?: boolean;
  /** What the command is to run as in the cluster. */
  readonly serviceAccount?: string;
}

/**
 * Puts a command in the queue, or finds that the same request put it there before. Resolves when it is on disk.
 * @throws {LongarmError} `ResourceNotFound`, `RunCommandDisabled`, `TooManyRequests`, `IdempotencyKeyReused`,
 * `InvalidParameter` for a time limit above the cluster's or a service account, `InvalidContext`.
 */
export async function runCommand(plane: ControlPlane, actor: Actor, request: RunCommand): Promise<CommandId> {
  const { context } = request.payload;
  let files = 0;
  if (context !== undefined) {
    // Unpacking is all that is dear in a request, so what would be refused or is known anyway is not unpacked; and no
    // transaction waits for it.
    const admission = await look(plane, actor, (repositories) => admit(plane, repositories, actor, request));
    if (admission.type === 'repeated') return admission.id;
    files = await plane.contexts.check(context);
  }
  const id = await act(plane, actor, async (repositories) => {
    const admission = await admit(plane, repositories, actor, request);
    if (admission.type === 'repeated') return admission.id;
    const { cluster, facts } = admission;
    await repositories.commands.insert(acceptCommand(facts), payloadFor(cluster, request.payload));
    await rememberSubmission(plane, repositories, actor, cluster, request, facts.id);
    await repositories.audit.append({
      at: facts.submittedAt,
      verb: 'command.submit',
      principal: actor.principal,
      target: clusterResourceId(cluster.address),
      correlationId: actor.correlationId,
      details: {
        commandId: facts.id,
        textSha256: facts.textSha256,
        files,
        ...(facts.serviceAccount === undefined ? {} : { serviceAccount: facts.serviceAccount }),
      },
    });
    return facts.id;
  });
  plane.bell.ring('queue');
  return id;
}

/** What becomes of a request as things stand: it is known already, or it may become a command. */
type Admission =
  | { readonly type: 'repeated'; readonly id: CommandId }
  | { readonly type: 'new'; readonly cluster: Cluster; readonly facts: CommandFacts };

async function admit(
  plane: ControlPlane,
  repositories: Repositories,
  actor: Actor,
  request: RunCommand,
): Promise<Admission> {
  const action = 'Microsoft.ContainerService/managedClusters/runcommand/action';
  const cluster = await requireCluster(repositories, actor, action, request.address);
  const earlier = await findEarlier(plane, repositories, actor, cluster, request);
  if (earlier !== undefined) return { type: 'repeated', id: earlier };
  if (cluster.runCommandDisabled) throw runCommandDisabled(cluster);
  const limits = limitsOf(plane.limits, cluster.limits);
  const serviceAccount = await serviceAccountFor(repositories, actor, cluster, request.serviceAccount);
  const facts: CommandFacts = {
    ...factsOf(plane, actor, cluster, limits, request),
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
  };
  await requirePlace(repositories, cluster, limits, facts.payloadBytes);
  return { type: 'new', cluster, facts };
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
  const { text, context, clusterToken = '' } = payloadFor(cluster, request.payload);
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
    payloadBytes: Buffer.byteLength(text) + (context?.length ?? 0) + Buffer.byteLength(clusterToken),
    strict: request.strict ?? cluster.strict,
  };
}

/** What is kept of a payload: no token for those whose commands never see one. Stock clients send it to any cluster. */
function payloadFor(cluster: Cluster, payload: CommandPayload): CommandPayload {
  const { clusterToken: _unused, ...rest } = payload;
  return cluster.executor === 'kubernetes' ? payload : rest;
}

function runCommandDisabled(cluster: Cluster): LongarmError {
  return new LongarmError(
    'RunCommandDisabled',
    `Run command is switched off for cluster '${cluster.address.name}'. An administrator switches it on with apiServerAccessProfile.disableRunCommand: false.`,
  );
}

async function requirePlace(
  repositories: Repositories,
  cluster: Cluster,
  limits: Limits,
  payloadBytes: number,
): Promise<void> {
  const { waiting, waitingBytes } = await repositories.commands.counts(cluster.uid);
  const { name } = cluster.address;
  if (waiting >= limits.waiting) {
    throw queueFull(`${waiting} commands wait for cluster '${name}', and ${limits.waiting} may.`);
  }
  // A command that would wait alone is taken: refused now, it would be refused for ever.
  if (waiting > 0 && waitingBytes + payloadBytes > limits.waitingBytes) {
    throw queueFull(
      `The commands that wait for cluster '${name}' take ${waitingBytes} bytes with their files, and this one ${payloadBytes}; together they may take ${limits.waitingBytes}.`,
    );
  }
}

function queueFull(what: string): LongarmError {
  return new LongarmError('TooManyRequests', `${what} Try again when some have run.`, { retryAfterSeconds: 10 });
}
