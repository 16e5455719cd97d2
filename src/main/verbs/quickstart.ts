import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CliContext } from '../../cli/context.ts';
import { invoke } from '../../cli/verbs/invoke.ts';
import { say } from '../../cli/paint.ts';
import { quoteForShell } from '../../cli/shell-words.ts';
import type { VerbBody, VerbCall } from '../../cli/verb.ts';
import type { Config } from '../../config/config.ts';
import { parseClusterName, parseResourceGroupName } from '../../core/resource-id.ts';
import { cancelEverything } from '../cancel-everything.ts';
import { dataPaths } from '../data-directory.ts';
import { createInterrupter, type Interrupter } from '../interrupter.ts';
import { quickstartCluster, writeConnection } from '../quickstart-connection.ts';
import { quickstartLines } from '../quickstart-lines.ts';
import { addServerFlags, readConfig } from '../server-flags.ts';
import { createServerLog } from '../server-log.ts';
import { type RunningLongarm, startLongarm } from '../start-longarm.ts';
import { exitCodeFor, type StopSignals, stopSignals } from '../stop-signal.ts';

const firstCommand = 'echo "Hello from Longarm: this ran on $(uname -n) as $(id -un)."';

/** `longarm quickstart`: everything on one machine, without configuration. */
export const quickstart: VerbBody = {
  description: [
    'Starts a server with one cluster, `local` in resource group `quickstart`, whose commands run on this machine as you; runs one command through its own API; shows how to go on with az, curl and the SDKs; and stays up until Ctrl-C, which cancels what runs.',
    'Everything is kept in the data directory (--data-dir), among it connection.json with endpoint, CA and credential, written when the server is ready.',
    'With --once it stops after the command and exits with the command’s exit code.',
  ].join('\n\n'),
  examples: [
    { line: 'longarm quickstart', explains: 'start, say hello, stay up' },
    { line: "longarm quickstart --once -- 'kubectl get nodes'", explains: 'run one command and stop' },
    { line: 'longarm quickstart --data-dir ./state --port 0', explains: 'a directory of your own, any free port' },
  ],
  configure: (command) => {
    command.argument('[command...]', 'what to run first, behind --').option('--once', 'stop after the command');
    addServerFlags(command);
  },
  run: async (call) => {
    const { context, options } = call;
    const config = await quickstartConfig(call);
    const stop = stopSignals();
    const started = await startOnSomePort(call, config);
    try {
      const connection = await writeConnection(config.dataDir, started);
      const connectionFile = dataPaths(config.dataDir).connection;
      introduce(call, config, started);
      const interrupter = createInterrupter();
      const first = runFirst(call, connectionFile, options['once'] === true, interrupter);
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
    } finally {
      await started.stop();
      stop.ignore();
    }
  },
};

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
async function quickstartConfig({ context, options }: VerbCall): Promise<Config> {
  const config = await readConfig(context, { logLevel: 'warn', ...options });
  const resourceGroup = parseResourceGroupName(quickstartCluster.resourceGroup);
  const name = parseClusterName(quickstartCluster.name);
  if (resourceGroup === undefined || name === undefined) throw new Error('The quickstart’s cluster has a bad name.');
  const { KUBECONFIG, HOME, PATH } = context.environment;
  const usual = HOME === undefined ? undefined : join(HOME, '.kube', 'config');
  const kubeconfig = KUBECONFIG ?? (usual !== undefined && existsSync(usual) ? usual : undefined);
  const environment = {
    // The command’s home is empty and its own; kubectl and helm still find the cluster that the user works with.
    ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }),
    ...(PATH === undefined ? {} : { PATH }),
  };
  const local = {
    subscriptionId: undefined,
    resourceGroup,
    name,
    executor: 'process',
    shell: 'sh',
    environment,
    strict: false,
    disableRunCommand: undefined,
    limits: {},
  } as const;
  return { ...config, clusters: [...config.clusters, local] };
}

/** The usual port where it is free, so that `az` stays registered; another one where nobody asked for that port. */
async function startOnSomePort(call: VerbCall, config: Config): Promise<RunningLongarm> {
  const log = createServerLog(config.logLevel, 2);
  try {
    return await startLongarm(config, log);
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!isTaken) throw error;
    if (call.options['port'] !== undefined) throw portTaken(config, error);
    say(call.context, `Port ${config.port} is in use; taking another one. (--port names one.)`);
    return startLongarm({ ...config, port: 0 }, log);
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
function runFirst(call: VerbCall, connection: string, quiet: boolean, interrupter: Interrupter): Promise<number> {
  const words = call.operands.length === 0 ? [firstCommand] : call.operands;
  say(call.context, `$ ${words.join(' ')}`, 'strong');
  const operands = [quickstartCluster.name, ...words];
  const context: CliContext = {
    ...call.context,
    onInterrupt: (listener) => interrupter.onInterrupt(listener),
  };
  return invoke.run({ context, operands, options: { connection, quiet } });
}
