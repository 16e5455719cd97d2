import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { podProcesses } from './cgroups.ts';
import { commandLine, type Daemon, daemons, isDaemon } from './daemons.ts';
import { firstProcess, processesInside, runInside, startInside } from './enclosure.ts';
import { eventually } from './eventually.ts';
import { adminKubeconfig, machineAddress, type Place, programsOf, readPlace } from './layout.ts';
import { isGone } from './processes.ts';
import { runKubectl, untilContainerd, untilReady } from './readiness.ts';
import { stopCluster } from './stop-cluster.ts';

/** A cluster that is up on this machine, and what can be done to it. */
export interface RunningCluster {
  /** The path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** The path of a kubectl of the cluster's version. */
  readonly kubectl: string;
  /** Where all of it is. */
  readonly stateDirectory: string;
  /** The machine's address on its link to the cluster, which the API server and pods reach. */
  readonly machineAddress: string;
  /** Runs kubectl as an administrator and answers what it printed; throws when it fails. */
  runKubectl(args: readonly string[], signal: AbortSignal): Promise<string>;
  /**
   * Ends a daemon and waits until it is gone, 90 s at most: an API server that is told to end lets requests finish for
   * a minute. Containers outlive containerd and kubelet.
   */
  end(daemon: Daemon, by: 'SIGTERM' | 'SIGKILL', signal: AbortSignal): Promise<void>;
  /** Starts a daemon that was ended, and waits until the cluster is ready again, two minutes at most. */
  start(daemon: Daemon, signal: AbortSignal): Promise<void>;
  /** Ends kubelet, containerd and every container at once, as a power cut does; the API server stays. */
  crashNode(signal: AbortSignal): Promise<void>;
  /** Starts containerd and kubelet after that, and waits until the cluster is ready again, two minutes at most. */
  bootNode(signal: AbortSignal): Promise<void>;
  /** Lets no packet through between the machine and the cluster; nobody is told that a connection is lost. */
  cutOff(signal: AbortSignal): Promise<void>;
  /** Lets them through again. */
  rejoin(signal: AbortSignal): Promise<void>;
  /** Takes it down and leaves no trace. */
  stop(signal: AbortSignal): Promise<void>;
}

/** The rules by which packets are lost, in and out. */
const cuts = [
  ['INPUT', '-i', 'node'],
  ['OUTPUT', '-o', 'node'],
] as const;

async function turnCuts(state: string, turn: '-I' | '-D', signal: AbortSignal): Promise<void> {
  for (const cut of cuts) await runInside(state, ['iptables', '-w', turn, ...cut, '-j', 'DROP'], signal);
}

/** Daemons that are the node, as against those that stay when it is lost. */
const ofNode: readonly Daemon[] = ['containerd', 'kubelet'];

/** The processes that end with the node: the containers', and all inside but the first and the control plane. */
function processesOfNode(state: string, place: Place): readonly number[] {
  const others = daemons.filter((daemon) => !ofNode.includes(daemon));
  const first = firstProcess(state)?.pid;
  const ofDaemons = processesInside(state).filter(
    ({ pid, argv }) => pid !== first && !others.some((daemon) => isDaemon(daemon, argv)),
  );
  return [...podProcesses(place), ...ofDaemons.map(({ pid }) => pid)];
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (existsSync(`/proc/${pid}`)) throw error; // Otherwise it ended while we looked.
  }
}

/**
 * The cluster that is up in this state directory, whoever started it.
 * @throws {Error} when none was started there
 */
export function runningCluster(state: string): RunningCluster {
  const place = readPlace(state);
  const find = (daemon: Daemon) => processesInside(state).filter(({ argv }) => isDaemon(daemon, argv));
  return {
    kubeconfig: adminKubeconfig(state),
    kubectl: join(programsOf(state), 'kubectl'),
    stateDirectory: state,
    machineAddress: machineAddress(place),
    runKubectl: async (args, signal) => runKubectl(state, args, signal),
    end: async (daemon, by, signal) => {
      const found = find(daemon);
      if (found.length === 0) throw new Error(`${daemon} does not run in ${state}.`);
      for (const { pid } of found) process.kill(pid, by);
      await eventually(`The end of ${daemon}`, 90_000, signal, () =>
        found.every(({ pid }) => isGone(pid)) ? true : undefined,
      );
    },
    start: async (daemon, signal) => {
      if (find(daemon).length > 0) throw new Error(`${daemon} runs already in ${state}.`);
      await startInside(state, daemon, commandLine(daemon, state, place), signal);
      await untilReady(state, 120_000, signal);
    },
    crashNode: async (signal) => {
      // Some start others while they are killed; so look until there is nobody left.
      await eventually('The end of the node', 30_000, signal, () => {
        const left = processesOfNode(state, place);
        for (const pid of left) kill(pid);
        return left.length === 0 ? true : undefined;
      });
    },
    bootNode: async (signal) => {
      await startInside(state, 'containerd', commandLine('containerd', state, place), signal);
      await untilContainerd(state, signal);
      await startInside(state, 'kubelet', commandLine('kubelet', state, place), signal);
      await untilReady(state, 120_000, signal);
    },
    cutOff: async (signal) => turnCuts(state, '-I', signal),
    rejoin: async (signal) => turnCuts(state, '-D', signal),
    stop: async (signal) => stopCluster(state, signal),
  };
}
