import type { Cluster } from '../core/cluster.ts';
import type { CommandId } from '../core/command-id.ts';
import { type Command, isTerminal } from '../core/command.ts';
import { msBetween } from '../core/instant.ts';
import { type Limits, limitsOf } from '../core/limits.ts';
import type { ClusterAddress } from '../core/resource-id.ts';
import type { Repositories } from '../ports/store.ts';
import { look, requireCommand } from './access.ts';
import type { Actor, ControlPlane } from './dependencies.ts';
import { auditFirstRead, wasReadBefore } from './first-read.ts';

const action = 'Microsoft.ContainerService/managedClusters/commandResults/read';

/** A command as its reader sees it. */
export interface CommandView {
  readonly command: Command;
  readonly cluster: Cluster;
  readonly limits: Limits;
  /** How many commands of the cluster are before it; only while it waits. */
  readonly queuePosition?: number;
  /** How much of its output is stored so far. */
  readonly storedBytes: number;
}

/**
 * A command as it stands, or, where `holdMs` is not 0, as soon as it has ended and after `holdMs` at the latest.
 * `holdMs` is told how long ago the command was submitted, in milliseconds.
 * The first read of a finished command by a principal is audited.
 * @throws {LongarmError} `AuthorizationFailed`, `ResourceNotFound`, `NotFound`.
 */
export async function getCommandResult(
  plane: ControlPlane,
  actor: Actor,
  request: {
    readonly address: ClusterAddress;
    readonly id: CommandId;
    readonly holdMs: (ageMs: number) => number;
    readonly signal: AbortSignal;
  },
): Promise<CommandView> {
  const beganMs = plane.clock.monotonicMs();
  const ear = plane.bell.listen(`command/${request.id}`);
  let deadlineMs: number | undefined;
  try {
    for (;;) {
      const view = await readCommand(plane, actor, request.address, request.id);
      const nowMs = plane.clock.monotonicMs();
      const ageMs = Math.max(0, msBetween(view.command.facts.submittedAt, plane.clock.now()));
      deadlineMs ??= beganMs + request.holdMs(ageMs);
      const leftMs = deadlineMs - nowMs;
      if (isTerminal(view.command) || leftMs <= 0 || request.signal.aborted) return view;
      // The bell is a hint that can be missed across processes: look again now and then.
      await ear.next(Math.min(leftMs, 5000), request.signal);
    }
  } finally {
    ear.close();
  }
}

async function readCommand(
  plane: ControlPlane,
  actor: Actor,
  address: ClusterAddress,
  id: CommandId,
): Promise<CommandView> {
  const { view, isNews } = await look(plane, actor, async (repositories) => {
    const { cluster, command } = await requireCommand(repositories, actor, action, address, id);
    return {
      view: await viewOf(plane, repositories, cluster, command),
      isNews: isTerminal(command) && !(await wasReadBefore(repositories, actor, cluster, id)),
    };
  });
  if (isNews) await auditFirstRead(plane, actor, view.cluster, id);
  return view;
}

/** What a reader sees of a command that was found. */
export async function viewOf(
  plane: ControlPlane,
  repositories: Repositories,
  cluster: Cluster,
  command: Command,
): Promise<CommandView> {
  const limits = limitsOf(plane.limits, cluster.limits);
  if (isTerminal(command)) return { command, cluster, limits, storedBytes: command.output.storedBytes };
  const storedBytes = await plane.outputs.length(command.facts.id);
  if (command.phase !== 'accepted') return { command, cluster, limits, storedBytes };
  return { command, cluster, limits, storedBytes, queuePosition: await repositories.commands.queuePosition(command) };
}
