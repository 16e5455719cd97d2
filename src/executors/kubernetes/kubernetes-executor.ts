import type { CommandId } from '../../core/command-id.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executor } from '../../ports/executor.ts';
import { destroyedCommands } from '../destroyed-commands.ts';
import { inTurn } from '../in-turn.ts';
import { Anchor } from './anchor.ts';
import type { KubernetesClient } from './client/kubernetes-client.ts';
import type { CommandRun } from './command-run.ts';
import { destroyCommand } from './destroy-command.ts';
import { ExecTurns } from './exec-turns.ts';
import { listCommands } from './list-commands.ts';
import { clusterSelector } from './names.ts';
import { observeCommand } from './observe-command.ts';
import { PodsWatch } from './pods-watch.ts';
import { readOutput } from './read-output.ts';
import { type ClusterSettings, enter, type KubernetesRoom, leave } from './room.ts';
import { startPod } from './start-pod.ts';
import { stopCommand } from './stop-command.ts';

/** What the executor of one cluster is made with. */
export interface KubernetesExecutorOptions {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  readonly settings: ClusterSettings;
}

/** An executor with a watch, which ends with it. */
export interface KubernetesExecutor extends Executor {
  /** Ends the watch. What runs goes on. May be called twice. */
  close(): void;
}

/** How many execs are tried at once in one cluster. */
const execTries = 8;

/**
 * Runs commands as pods of one cluster (docs/kubernetes.md). All state is in the cluster, so any number of instances see
 * the same; what runs goes on when the server ends.
 */
export function createKubernetesExecutor({ client, clock, settings }: KubernetesExecutorOptions): KubernetesExecutor {
  const list = {
    path: `/api/v1/namespaces/${settings.namespace}/pods`,
    labelSelector: clusterSelector(settings.clusterUid),
  };
  const room: KubernetesRoom = {
    client,
    clock,
    settings,
    watch: new PodsWatch(client, clock, list),
    turns: new ExecTurns(execTries),
    runs: new Map<CommandId, CommandRun>(),
    anchor: new Anchor(),
  };
  const turns = inTurn<CommandId>();
  const destroyed = destroyedCommands();
  return {
    async start(launch, signal) {
      await turns.take(launch.commandId, async () => {
        signal.throwIfAborted();
        if (destroyed.has(launch.commandId)) throw new Error(`Command ${launch.commandId} was destroyed.`);
        const run = enter(room, launch.commandId);
        try {
          await startPod(room, run, launch, signal);
        } finally {
          leave(room, run);
        }
      });
    },
    observe: (commandId, signal) => observeCommand(room, commandId, signal),
    readOutput: (commandId, fromOffset, sink, signal) => readOutput(room, commandId, fromOffset, sink, signal),
    async stop(commandId, graceMs, signal) {
      signal.throwIfAborted();
      if (!destroyed.has(commandId)) await stopCommand(room, commandId, graceMs, signal);
    },
    async destroy(commandId, signal) {
      await turns.take(commandId, async () => {
        signal.throwIfAborted();
        destroyed.add(commandId);
        await destroyCommand(room, commandId, signal);
      });
    },
    list: (signal) => listCommands(room, signal),
    close: () => room.watch.end(),
  };
}
