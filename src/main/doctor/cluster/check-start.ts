import type { Observation } from '../../../core/observation.ts';
import {
  createKubernetesExecutor,
  type KubernetesExecutor,
} from '../../../executors/kubernetes/kubernetes-executor.ts';
import type { Launch } from '../../../core/launch.ts';
import { StartHindered } from '../../../ports/executor.ts';
import { trialClusterUid } from '../../../executors/kubernetes/names.ts';
import { waitingClock } from '../../waiting-clock.ts';
import { timedFinding } from '../finding.ts';
import type { ClusterCheck } from './examined-cluster.ts';
import { trialLaunch, trialStartMs } from './trial-launch.ts';

const destroyMs = 60_000;
/** How long one and the same thing may be in its way. A command would wait longer; somebody waits for this. */
const hinderedMs = 15_000;
const againMs = 1000;

/** The image, the nodes and the way back: the command `true`, run by the executor itself, and removed. */
export const checkStart: ClusterCheck = async ({ client, settings, shell, signal, ...cluster }) => {
  const check = 'command (`true`)';
  const remedy = 'Read the reason; docs/kubernetes-reasons.md tells what to do about it.';
  // Not the cluster's own uid: a server that sweeps what nobody knows would take it away.
  const own = { ...settings, clusterUid: trialClusterUid };
  const executor = createKubernetesExecutor({ client, clock: waitingClock, settings: own });
  const launch = trialLaunch({ ...cluster, client, settings: own, shell, signal });
  const found = await timedFinding(check, remedy, async () => {
    try {
      const { end, startedAfterMs } = await runTrial(executor, launch, signal);
      if (end.type === 'exited' && end.exitCode === 0) {
        const image = settings.image ?? 'the public one of its version';
        return { check, state: 'ok', seen: `It ran in the image ${image}, ${startedAfterMs} ms after it was sent.` };
      }
      return { check, state: 'bad', seen: describe(end), remedy };
    } finally {
      await executor.destroy(launch.commandId, AbortSignal.timeout(destroyMs)).finally(() => executor.close());
    }
  });
  return [found];
};

interface Trial {
  readonly end: Observation;
  readonly startedAfterMs: number;
}

async function runTrial(executor: KubernetesExecutor, launch: Launch, signal: AbortSignal): Promise<Trial> {
  const stuck = new AbortController();
  const limited = AbortSignal.any([signal, stuck.signal, AbortSignal.timeout(trialStartMs)]);
  const beganMs = waitingClock.monotonicMs();
  let last: Observation | undefined;
  let startedAfterMs = 0;
  let patience: NodeJS.Timeout | undefined;
  try {
    await startAtLast(executor, launch, limited);
    // Beside the look, as a worker reads: that is what lets the command begin.
    const reading = executor.readOutput(launch.commandId, 0, async () => {}, limited).catch(() => undefined);
    for await (const observation of executor.observe(launch.commandId, limited)) {
      if (!isSameHindrance(last, observation)) {
        clearTimeout(patience);
        if (observation.type === 'pending' && observation.reason !== 'Pulling') {
          patience = setTimeout(() => stuck.abort(), hinderedMs);
        }
      }
      last = observation;
      if (observation.type === 'started') startedAfterMs = Math.round(waitingClock.monotonicMs() - beganMs);
    }
    await reading;
  } catch (error) {
    if (last === undefined || !limited.aborted || signal.aborted) throw error;
  } finally {
    clearTimeout(patience);
  }
  if (last === undefined) throw new Error('Nothing was seen of it.');
  return { end: last, startedAfterMs };
}

function isSameHindrance(last: Observation | undefined, now: Observation): boolean {
  return last?.type === 'pending' && now.type === 'pending' && last.reason === now.reason;
}

/** Goes on while what is in the way may pass; in the end that is the reason. */
async function startAtLast(executor: KubernetesExecutor, launch: Launch, limited: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await executor.start(launch, limited);
      return;
    } catch (error) {
      if (!(error instanceof StartHindered) || error.reason === 'NotInstalled') throw error;
      await waitingClock.sleep(againMs, limited);
      if (limited.aborted) throw error;
    }
  }
}

function describe(end: Observation): string {
  switch (end.type) {
    case 'pending':
      return `${end.reason}: ${end.message}`;
    case 'refused':
    case 'killed':
    case 'lost':
      return `${end.reason}: ${end.message}`;
    case 'exited':
      return `It exited with ${end.exitCode} in place of 0.`;
    case 'undead':
      return end.message;
    case 'started':
    case 'neverStarted':
      return `It did not end (${end.type}).`;
  }
}
