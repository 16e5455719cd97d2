import type { WorkerId } from '../../core/command-id.ts';
import { addMs } from '../../core/instant.ts';
import { transition } from '../../core/transition.ts';
import type { Claim } from '../../ports/command-feed.ts';
import type { Repositories } from '../../ports/store.ts';
import type { ControlPlane } from '../dependencies.ts';
import { ringFor } from '../move-command.ts';

/** How long a claim waits without work before it answers empty, in milliseconds. */
const patienceMs = 20_000;
/** How long until it looks again though no bell rang: leases expire silently. */
const lookAgainMs = 2_000;

/** Waits for a command that may be carried out, and leases it to the worker. */
export async function claim(plane: ControlPlane, workerId: WorkerId, signal: AbortSignal): Promise<Claim | undefined> {
  const deadlineMs = plane.clock.monotonicMs() + patienceMs;
  const ear = plane.bell.listen('queue');
  try {
    while (!signal.aborted) {
      const taken = await tryClaim(plane, workerId);
      if (taken !== undefined) return taken;
      const leftMs = deadlineMs - plane.clock.monotonicMs();
      if (leftMs <= 0) return undefined;
      await ear.next(Math.min(leftMs, lookAgainMs), signal);
    }
    return undefined;
  } finally {
    ear.close();
  }
}

async function tryClaim(plane: ControlPlane, workerId: WorkerId): Promise<Claim | undefined> {
  const candidate = (repositories: Repositories) =>
    repositories.commands.nextClaimable(plane.clock.now(), plane.limits.concurrent);
  // Looked for in a read first: an idle worker must not keep the disk busy with empty commits.
  if ((await plane.store.read(candidate)) === undefined) return undefined;
  const token = plane.ids.leaseToken();
  const taken = await plane.store.write(async (repositories) => {
    const command = await candidate(repositories);
    if (command === undefined) return undefined;
    const now = plane.clock.now();
    const event = { type: 'claim', workerId, token, expiresAt: addMs(now, plane.leaseMs) } as const;
    const moved = transition(command, event, now);
    if (!moved.ok || !(await repositories.commands.save(moved.command, command.revision))) return undefined;
    const cluster = await repositories.directory.clusterByUid(command.facts.clusterUid);
    return { command: moved.command, cluster };
  });
  if (taken === undefined) return undefined;
  const { command, cluster } = taken;
  ringFor(plane.bell, command);
  const { facts, phase } = command;
  if (cluster === undefined || (phase !== 'claimed' && phase !== 'launching' && phase !== 'running')) {
    throw new Error(`Command ${facts.id} was claimed in phase ${phase}, in a cluster that does not exist.`);
  }
  return {
    commandId: facts.id,
    clusterUid: facts.clusterUid,
    token,
    facts,
    executor: cluster.executor,
    shell: cluster.shell,
    phase,
    ...('means' in command && command.means !== undefined ? { means: command.means } : {}),
    storedBytes: phase === 'claimed' ? 0 : await plane.outputs.length(facts.id),
    leaseMs: plane.leaseMs,
  };
}
