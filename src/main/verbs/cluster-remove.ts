import { addConnectionOptions, type Connected, withConnection } from '../../cli/connect.ts';
import type { CliContext } from '../../cli/context.ts';
import { givenText } from '../../cli/given-options.ts';
import { say } from '../../cli/paint.ts';
import { UsageError } from '../../cli/usage-error.ts';
import type { VerbBody, VerbCall } from '../../cli/verb.ts';
import { minorVersion } from '../../executors/kubernetes/image.ts';
import { buildManifest } from '../../executors/kubernetes/install/manifest.ts';
import { type Removal, removeInstalled } from '../../executors/kubernetes/install/remove-installed.ts';
import { tokenSecret } from '../../executors/kubernetes/install/server-token.ts';
import { defaultNamespace, labels } from '../../executors/kubernetes/names.ts';
import { reachCluster, type ReachedCluster } from '../reach-cluster.ts';
import { waitingClock } from '../waiting-clock.ts';
import { findCluster } from './cluster-add.ts';
import { addNamespaceOption, givenNamespace } from './cluster-manifest.ts';

const removeMs = 300_000;

/** `longarm cluster remove NAME` */
export const clusterRemove: VerbBody = {
  description: [
    'Takes the cluster out of Longarm, with the records of its commands, and, with --kubeconfig, everything of Longarm’s out of the cluster: the pods and Secrets of commands, whichever server made them, and what `longarm cluster manifest` lists. What does not carry Longarm’s label stays, and so does a namespace that holds anything else. It may be repeated.',
    'While commands are unfinished it is refused, and nothing is removed.',
  ].join('\n\n'),
  examples: [
    { line: 'longarm cluster remove prod --kubeconfig ~/.kube/config --context prod', explains: 'leave nothing' },
    { line: 'longarm cluster remove prod', explains: 'only the registration: the cluster is not touched' },
  ],
  configure: (command) => {
    command
      .argument('<cluster>', 'NAME, GROUP/NAME, or the whole ARM id')
      .option('--kubeconfig <file>', 'of somebody who may delete what was installed')
      .option('--context <name>', 'the context of the kubeconfig, where that is not its current one');
    addNamespaceOption(command, `the registered one, else ${defaultNamespace}`);
    addConnectionOptions(command);
  },
  run: (call) => withConnection(call, (connected) => remove(call, connected), { onlyAsks: true }),
};

async function remove(call: VerbCall, connected: Connected): Promise<number> {
  const { context, operands, options } = call;
  const address = connected.clusterOf(operands[0]);
  const file = givenText(options, 'kubeconfig');
  const kubeContext = givenText(options, 'context');
  if (file === undefined && kubeContext !== undefined) {
    throw new UsageError('--context chooses one of a kubeconfig. Give --kubeconfig as well.');
  }
  const registered = (await findCluster(connected, address))?.properties.longarm;
  const namespace =
    givenText(options, 'namespace') === undefined ? (registered?.namespace ?? defaultNamespace) : givenNamespace(call);
  if (registered?.namespace !== undefined && namespace !== registered.namespace) {
    throw new UsageError(
      `Cluster ${address.name} runs its commands in the namespace ${registered.namespace}, and not in ${namespace}. Leave --namespace out.`,
    );
  }
  const reached = file === undefined ? undefined : await reachCluster(context, file, kubeContext);
  try {
    // A cluster that cannot be asked must not lose its registration: one would never come back for the rest.
    if (reached !== undefined) await minorVersion({ client: reached.client }, AbortSignal.timeout(30_000));
    const wasRegistered = await connected.client.clusters.remove(address);
    say(
      context,
      wasRegistered
        ? `Cluster ${address.name} is not registered any more.`
        : `There is no cluster ${address.name} in the resource group ${address.resourceGroup}.`,
    );
    if (reached !== undefined) {
      const isClean = await uninstall(context, reached, namespace).catch((error: unknown) => {
        // Nobody but the user knows the namespace from here on.
        sayHowToGoOn(context, address.name, namespace);
        throw error;
      });
      if (!isClean) sayHowToGoOn(context, address.name, namespace);
      return isClean ? 0 : 1;
    }
    if (!wasRegistered) return 1;
    say(
      context,
      `What was installed in the cluster itself stays, in the namespace ${namespace}. With --kubeconfig FILE this removes it too.`,
    );
    return 0;
  } finally {
    reached?.client.close();
  }
}

function sayHowToGoOn(context: CliContext, name: string, namespace: string): void {
  const again = `longarm cluster remove ${name} --namespace ${namespace} --kubeconfig FILE`;
  say(context, `Not everything is removed. As somebody who may delete it, or later: ${again}`, 'bad');
}

/** @returns whether all that was to go is gone. */
async function uninstall(context: CliContext, { client, access }: ReachedCluster, namespace: string): Promise<boolean> {
  say(context, `Removing what is Longarm’s from the namespace ${namespace} of ${access.server.host}.`);
  const removals: Removal[] = [];
  const removed = (removal: Removal) => {
    removals.push(removal);
    const { what, outcome, why } = removal;
    if (outcome === 'removed') say(context, `- removed ${what}`);
    else say(context, `- ${what} stays: ${why}`, outcome === 'going' ? 'bad' : 'strong');
  };
  const objects = [...buildManifest({ namespace, server: 'own-account' }), tokenSecret(namespace)];
  const room = { client, clock: waitingClock, removed };
  await removeInstalled(room, { namespace, objects, commands: labels.command }, AbortSignal.timeout(removeMs));
  if (removals.length === 0) say(context, '- there was nothing of it');
  return removals.every(({ outcome }) => outcome !== 'going');
}
