import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CliContext } from '../../cli/context.ts';
import { invoke } from '../../cli/verbs/invoke.ts';
import { say } from '../../cli/paint.ts';
import { quoteForShell } from '../../cli/shell-words.ts';
import type { VerbBody, VerbCall } from '../../cli/verb.ts';
import type { Config } from '../../config/config.ts';
import type { DeclaredCluster } from '../../config/declared-cluster.ts';
import { parseClusterName, parseResourceGroupName } from '../../core/resource-id.ts';
import { cancelEverything } from '../cancel-everything.ts';
import type { ClusterOfQuickstart } from '../cluster-of-quickstart.ts';
import { dataPaths } from '../data-directory.ts';
import { createInterrupter, type Interrupter } from '../interrupter.ts';
import { quickstartCluster, writeConnection } from '../quickstart-connection.ts';
import { installUnless, leaveCluster, openClusterOfQuickstart } from '../quickstart-in-cluster.ts';
import { quickstartLines } from '../quickstart-lines.ts';
import { addServerFlags, readConfig } from '../server-flags.ts';
import { createServerLog } from '../server-log.ts';
import { type RunningLongarm, startLongarm } from '../start-longarm.ts';
import { exitCodeFor, type StopSignal, type StopSignals, stopSignals } from '../stop-signal.ts';
import { addNamespaceOption } from './cluster-manifest.ts';

const firstCommand = 'echo "Hello from Longarm: this ran on $(uname -n) as $(id -un)."';

const firstCommandInCluster = 'kubectl get nodes -o wide';

/** `longarm quickstart`: everything on one machine, without configuration. */
export const quickstart: VerbBody = {
  description: [
    'Starts a server with one cluster, `local` in resource group `quickstart`, whose commands run on this machine as you, or, with --kubeconfig, in pods of your cluster; runs one command through its own API; shows how to go on with az, curl and the SDKs; and stays up until Ctrl-C, which cancels what runs.',
    'Everything is kept in the data directory (--data-dir), among it connection.json with endpoint, CA and credential, written when the server is ready.',
    'With --kubeconfig it makes what is missing in that cluster (`longarm cluster manifest` shows it), runs commands there as a service account that may do everything, and removes at its end exactly what it made.',
    'With --once it stops after the command and exits with the command’s exit code.',
  ].join('\n\n'),
  examples: [
    { line: 'longarm quickstart', explains: 'start, say hello, stay up' },
    { line: "longarm quickstart --once -- 'kubectl get nodes'", explains: 'run one command and stop' },
    {
      line: "longarm quickstart --kubeconfig ~/.kube/config --once -- 'kubectl get nodes -o wide'",
      explains: 'run one command in a pod of your cluster, and leave nothing there',
    },
    { line: 'longarm quickstart --data-dir ./state --port 0', explains: 'a directory of your own, any free port' },
  ],
  configure: (command) => {
    command
      .argument('[command...]', 'what to run first, behind --')
      .option('--once', 'stop after the command')
      .option('--kubeconfig <file>', 'run commands in pods of this cluster')
      .option('--context <name>', 'the context of the kubeconfig, where that is not its current one')
      .option('--image <image>', 'what they run in (default: a public one with the cluster’s kubectl, helm and jq)');
    addNamespaceOption(command);
    addServerFlags(command);
  },
  run: async (call) => {
    const inCluster = await openClusterOfQuickstart(call);
    try {
      const config = await quickstartConfig(call, inCluster);
      const stop = stopSignals();
      try {
        return await runOn(call, config, stop, inCluster);
      } finally {
        stop.ignore();
      }
    } finally {
      inCluster?.close();
    }
  },
};

async function runOn(
  call: VerbCall,
  config: Config,
  stop: StopSignals,
  inCluster: ClusterOfQuickstart | undefined,
): Promise<number> {
  let started: RunningLongarm | undefined;
  let interruptedBy: StopSignal | undefined;
  const beforeWork = async () => void (interruptedBy = inCluster && (await installUnless(stop, inCluster)));
  try {
    started = await startOnSomePort(call, config, beforeWork);
    if (interruptedBy !== undefined) return exitCodeFor(interruptedBy);
    return await serveFirst(call, config, stop, started, inCluster);
  } finally {
    if (inCluster?.hasTraces() === true) await leaveCluster(call, started, stop, inCluster);
    await started?.stop();
  }
}

/** Runs the first command, and stays up after it unless it was the only one. */
async function serveFirst(
  call: VerbCall,
  config: Config,
  stop: StopSignals,
  started: RunningLongarm,
  inCluster: ClusterOfQuickstart | undefined,
): Promise<number> {
  const { context, options } = call;
  const connection = await writeConnection(config.dataDir, started);
  const connectionFile = dataPaths(config.dataDir).connection;
  if (inCluster === undefined) introduce(call, config, started);
  else say(context, inCluster.introduction);
  const interrupter = createInterrupter();
  const usual = inCluster === undefined ? firstCommand : firstCommandInCluster;
  const first = runFirst(call, usual, connectionFile, interrupter);
  const cutShort = await Promise.race([first.then(() => undefined), stop.received]);
  if (cutShort !== undefined) {
    interrupter.interrupt();
    await endEverything(call, started, stop);
    // The second interrupt has it stop waiting, for an answer that will not come any more. What it says to that
    // is no news: it was us.
    interrupter.interrupt();
    await first.catch(() => undefined);
    return exitCodeFor(cutShort);
  }
  if (options['once'] === true) return await first;
  // npm tells its children so; `longarm` alone is then not on the PATH of the shell that these lines are for.
  const isBare = context.environment['npm_command'] === undefined;
  const longarm = isBare ? 'longarm' : quoteForShell(process.argv[1] ?? 'longarm');
  context.stderr.stream.write(`\n${quickstartLines(connection, connectionFile, longarm).join('\n')}\n\n`);
  say(context, `Longarm is up at ${connection.endpoint}. Ctrl-C cancels what runs and stops it.`, 'good');
  await stop.received;
  await endEverything(call, started, stop);
  return 0;
}

/**
 * Cancels what runs while clients can still hear of it, then takes no more requests, and cancels what had come in
 * between: nothing may wait in the queue for the next quickstart. A second signal ends the waiting.
 */
async function endEverything({ context }: VerbCall, started: RunningLongarm, stop: StopSignals): Promise<void> {
  say(context, 'Stopping…', 'faint');
  const ending = async () => {
    const cancelled = await cancelEverything(started.plane);
    await started.stopServing();
    const late = await cancelEverything(started.plane);
    const count = cancelled + late;
    if (count > 0) say(context, `Cancelled ${count} unfinished ${count === 1 ? 'command' : 'commands'}.`);
  };
  await Promise.race([ending(), stop.repeated]);
}

/** The quickstart is the usual configuration, quieter, with one cluster more. */
async function quickstartConfig(
  { context, options }: VerbCall,
  inCluster: ClusterOfQuickstart | undefined,
): Promise<Config> {
  const config = await readConfig(context, { logLevel: 'warn', ...options });
  const resourceGroup = parseResourceGroupName(quickstartCluster.resourceGroup);
  const name = parseClusterName(quickstartCluster.name);
  if (resourceGroup === undefined || name === undefined) throw new Error('The quickstart’s cluster has a bad name.');
  const local: DeclaredCluster = {
    subscriptionId: undefined,
    resourceGroup,
    name,
    executor: inCluster === undefined ? 'process' : 'kubernetes',
    shell: 'sh',
    environment: inCluster === undefined ? ownEnvironment(context) : {},
    strict: false,
    disableRunCommand: undefined,
    limits: {},
    pods: inCluster?.pods,
  };
  return { ...config, clusters: [...config.clusters, local] };
}

/** What commands on this machine see of the user's own. */
function ownEnvironment({ environment }: CliContext): Readonly<Record<string, string>> {
  const { KUBECONFIG, HOME, PATH } = environment;
  const usual = HOME === undefined ? undefined : join(HOME, '.kube', 'config');
  const kubeconfig = KUBECONFIG ?? (usual !== undefined && existsSync(usual) ? usual : undefined);
  return {
    // The command’s home is empty and its own; kubectl and helm still find the cluster that the user works with.
    ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }),
    ...(PATH === undefined ? {} : { PATH }),
  };
}

/** The usual port where it is free, so that `az` stays registered; another one where nobody asked for that port. */
async function startOnSomePort(
  call: VerbCall,
  config: Config,
  beforeWork: () => Promise<void>,
): Promise<RunningLongarm> {
  const log = createServerLog(config.logLevel, 2);
  try {
    return await startLongarm(config, log, { beforeWork });
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!isTaken) throw error;
    if (call.options['port'] !== undefined) throw portTaken(config, error);
    say(call.context, `Port ${config.port} is in use; taking another one. (--port names one.)`);
    return startLongarm({ ...config, port: 0 }, log, { beforeWork });
  }
}

function portTaken(config: Config, cause: unknown): Error {
  const where = `Port ${config.port} on ${config.host}`;
  return new Error(`${where} is in use. Name another one with --port, or 0 for any that is free.`, { cause });
}

function introduce({ context }: VerbCall, config: Config, { isolation }: RunningLongarm): void {
  const kubeconfig = config.clusters.at(-1)?.environment['KUBECONFIG'];
  const cluster =
    kubeconfig === undefined
      ? 'kubectl finds no cluster there: export KUBECONFIG first to give it one.'
      : `KUBECONFIG is ${kubeconfig}.`;
  say(context, `Commands of the cluster \`local\` run on this machine as you. ${cluster}`);
  for (const weakness of isolation.weaknesses) say(context, weakness, isolation.kind === 'session' ? 'bad' : 'faint');
}

/**
 * Runs the first command through the API, with the very code of `longarm invoke`. Whatever ends the quickstart reaches
 * it as Ctrl-C does.
 */
function runFirst(call: VerbCall, usual: string, connection: string, interrupter: Interrupter): Promise<number> {
  const words = call.operands.length === 0 ? [usual] : call.operands;
  const quiet = call.options['once'] === true;
  say(call.context, `$ ${words.join(' ')}`, 'strong');
  const operands = [quickstartCluster.name, ...words];
  const context: CliContext = {
    ...call.context,
    onInterrupt: (listener) => interrupter.onInterrupt(listener),
  };
  return invoke.run({ context, operands, options: { connection, quiet } });
}
