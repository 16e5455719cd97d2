import { addConnectionOptions, type Connected, withConnection } from '../../cli/connect.ts';
import { givenText, isGiven } from '../../cli/given-options.ts';
import { addFormatOption, wantsJson } from '../../cli/output-format.ts';
import { say } from '../../cli/paint.ts';
import { addPodsOptions, podsExtension } from '../../cli/pods-options.ts';
import { printJson } from '../../cli/print-json.ts';
import { quoteForShell } from '../../cli/shell-words.ts';
import { UsageError } from '../../cli/usage-error.ts';
import type { VerbBody, VerbCall } from '../../cli/verb.ts';
import { ArmError } from '../../client/arm-error.ts';
import type { ClusterAddress } from '../../core/resource-id.ts';
import { defaultNamespace } from '../../executors/kubernetes/names.ts';
import type { ManagedCluster } from '../../wire/managed-cluster-schema.ts';
import { installForServer } from '../install-for-server.ts';
import { reachCluster } from '../reach-cluster.ts';
import { givenNamespace } from './cluster-manifest.ts';

/** `longarm cluster add NAME` */
export const clusterAdd: VerbBody = {
  description: [
    'Registers a Kubernetes cluster whose commands run in pods, or brings one that is registered to what is said here.',
    'With --install it first applies what `longarm cluster manifest` prints, with the rights that the kubeconfig has here (its programs and files are used), makes a token of the service account `longarm`, and registers a kubeconfig of that account: your own credentials never reach the server. It may be repeated.',
    'Without --install the kubeconfig itself is registered, with the files that it names.',
  ].join('\n\n'),
  examples: [
    {
      line: 'longarm cluster add prod --kubeconfig ~/.kube/config --context prod --install',
      explains: 'prepare the cluster and register it',
    },
    {
      line: 'longarm cluster add prod --kubeconfig longarm.kubeconfig --namespace ops',
      explains: 'register one that was prepared by others',
    },
  ],
  configure: (command) => {
    command
      .argument('<cluster>', 'NAME, GROUP/NAME, or the whole ARM id')
      .option('--install', 'prepare the cluster, and register an account of the server’s own');
    addPodsOptions(command);
    addFormatOption(command);
    addConnectionOptions(command);
  },
  run: (call) => withConnection(call, (connected) => add(call, connected), { onlyAsks: true }),
};

async function add(call: VerbCall, connected: Connected): Promise<number> {
  const { context, operands, options } = call;
  const file = givenText(options, 'kubeconfig');
  if (file === undefined) throw new UsageError('Which cluster? Give --kubeconfig FILE.');
  const address = connected.clusterOf(operands[0]);
  const existing = await findCluster(connected, address);
  const before = existing?.properties.longarm;
  if (before?.executor !== undefined && before.executor !== 'kubernetes') {
    throw new UsageError(
      `There is a cluster ${address.name}, and it does not run its commands in pods (${before.executor}). Choose another name, or delete it first.`,
    );
  }
  const namespace = givenText(options, 'namespace') === undefined ? before?.namespace : givenNamespace(call);
  const settings = isGiven(options, 'install')
    ? await installed(call, file, namespace ?? defaultNamespace)
    : await podsExtension(call);
  const cluster = await register(call, connected, address, existing, settings);
  if (wantsJson(options)) await printJson(context, cluster);
  const verb = existing === undefined ? 'registered' : 'changed';
  say(
    context,
    `Cluster ${cluster.name} is ${verb}. Try it: longarm invoke ${cluster.name} -- 'kubectl version'`,
    'good',
  );
  if (!isGiven(options, 'install')) {
    say(context, `Nothing was looked at there; on the server’s machine: longarm doctor --cluster ${cluster.name}`);
  }
  return 0;
}

type Settings = Awaited<ReturnType<typeof podsExtension>>;

async function installed(call: VerbCall, file: string, namespace: string): Promise<Settings> {
  const { context, options } = call;
  const { kubeconfig: _own, context: kubeContext, ...others } = options;
  const settings = await podsExtension({ ...call, options: others });
  const reached = await reachCluster(context, file, typeof kubeContext === 'string' ? kubeContext : undefined);
  let isChanged = false;
  try {
    const kubeconfig = await installForServer(context, reached, namespace, () => void (isChanged = true));
    return { ...settings, namespace, kubeconfig };
  } catch (error) {
    if (isChanged) say(context, undoing(call, file, namespace));
    throw error;
  } finally {
    reached.client.close();
  }
}

async function register(
  call: VerbCall,
  connected: Connected,
  address: ClusterAddress,
  existing: ManagedCluster | undefined,
  settings: Settings,
): Promise<ManagedCluster> {
  try {
    return await connected.client.clusters.put(address, {
      ...(existing === undefined ? {} : { location: existing.location }),
      ...(existing?.tags === undefined ? {} : { tags: existing.tags }),
      properties: {
        apiServerAccessProfile: {
          disableRunCommand: existing?.properties.apiServerAccessProfile.disableRunCommand ?? false,
        },
        longarm: { ...existing?.properties.longarm, executor: 'kubernetes', ...settings },
      },
    });
  } catch (error) {
    const file = givenText(call.options, 'kubeconfig') ?? '';
    if (isGiven(call.options, 'install')) {
      say(call.context, 'The cluster is prepared, and the server did not register it.', 'bad');
      say(call.context, undoing(call, file, settings.namespace ?? defaultNamespace));
    }
    throw error;
  }
}

/** How a person who gives up takes back what was done. */
function undoing({ operands, options }: VerbCall, file: string, namespace: string): string {
  const name = quoteForShell(operands[0] ?? '');
  const kubeContext = givenText(options, 'context');
  const chosen = kubeContext === undefined ? '' : ` --context ${quoteForShell(kubeContext)}`;
  return `The same again goes on where it stopped. To take back what was done: longarm cluster remove ${name} --kubeconfig ${quoteForShell(file)}${chosen} --namespace ${namespace}`;
}

/** A registered cluster; `undefined` where there is none of that name. */
export async function findCluster({ client }: Connected, address: ClusterAddress): Promise<ManagedCluster | undefined> {
  return client.clusters.get(address).catch((error: unknown) => {
    if (error instanceof ArmError && error.status === 404) return undefined;
    throw error;
  });
}
