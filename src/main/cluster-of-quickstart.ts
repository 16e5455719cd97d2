import type { CliContext } from '../cli/context.ts';
import { say } from '../cli/paint.ts';
import type { DeclaredCluster } from '../config/declared-cluster.ts';
import type { ClusterUid } from '../core/command-id.ts';
import { publicImage } from '../executors/kubernetes/image.ts';
import { applyManifest } from '../executors/kubernetes/install/apply-manifest.ts';
import { buildManifest } from '../executors/kubernetes/install/manifest.ts';
import type { ObjectReference } from '../executors/kubernetes/install/manifest-object.ts';
import { type Removal, removeInstalled } from '../executors/kubernetes/install/remove-installed.ts';
import { supportedMinor } from '../executors/kubernetes/install/supported-minor.ts';
import { clusterSelector } from '../executors/kubernetes/names.ts';
import { forgetInstallation, keepInstallation, readInstallation } from './kept-installation.ts';
import type { ReachedCluster } from './reach-cluster.ts';
import { waitingClock } from './waiting-clock.ts';

const installMs = 60_000;
/** A node may need its grace to end what runs. */
const removeMs = 180_000;
/** Commands of the quickstart run as whoever starts it expects: they may do everything. */
const serviceAccount = 'admin';

/** A cluster that the quickstart runs its commands in. */
export interface ClusterOfQuickstart {
  /** What the cluster `local` is declared as. */
  readonly pods: NonNullable<DeclaredCluster['pods']>;
  /** What stands there now that a person has to know. */
  readonly introduction: string;
  /**
   * Makes what is missing in the cluster, and writes down what it makes. Called by whoever holds the data directory.
   * @throws what the cluster says; `remove` then takes away what was made.
   */
  install(signal: AbortSignal): Promise<void>;
  /** Whether there may be something to remove: an object that was made, or a command's pod. */
  hasTraces(): boolean;
  /** Removes exactly what was made, and the commands of the quickstart, and waits until all is gone. */
  remove(cluster: ClusterUid | undefined): Promise<void>;
  close(): void;
}

/** What of it can be chosen. */
export interface QuickstartChoices {
  readonly namespace: string;
  readonly image: string | undefined;
  /** Where what was made is written down. */
  readonly file: string;
}

/**
 * Looks at the cluster, and decides what is to be made there. Nothing is changed yet.
 * @throws where it cannot be asked, or is too old.
 */
export async function clusterOfQuickstart(
  context: CliContext,
  reached: ReachedCluster,
  { namespace, image: chosen, file }: QuickstartChoices,
): Promise<ClusterOfQuickstart> {
  const { client, access } = reached;
  const minor = await supportedMinor(client, AbortSignal.timeout(installMs));
  const image = chosen ?? publicImage(minor);
  const objects = buildManifest({ namespace, server: 'administrator' });
  const server = access.server.href;
  const made: ObjectReference[] = [];
  let isPrepared = false;

  return {
    pods: {
      reach: { type: 'kubeconfig', file: reached.file, context: reached.context },
      settings: { namespace, image, serviceAccount },
    },
    introduction: [
      `Commands of the cluster \`local\` run in pods of ${access.server.host} (Kubernetes 1.${minor}), in the namespace ${namespace}, as the service account ${serviceAccount}, which may do everything there.`,
      `Their image is ${image}${chosen === undefined ? ', a public one that fits the cluster; --image takes another' : ''}.`,
    ].join(' '),
    install: async (signal) => {
      const left = await readInstallation(file);
      if (left !== undefined) made.push(...takenOver(context, left, server, namespace));
      const beforeMaking = async (object: ObjectReference) => {
        const { kind, name } = object;
        made.push({ kind, name, ...(object.namespace === undefined ? {} : { namespace }) });
        await keepInstallation(file, { server, namespace, objects: made });
      };
      const limited = AbortSignal.any([signal, AbortSignal.timeout(installMs)]);
      await applyManifest(client, waitingClock, objects, { beforeMaking, onlyMissing: true }, limited);
      isPrepared = true;
    },
    hasTraces: () => isPrepared || made.length > 0,
    remove: async (cluster) => {
      const removals: Removal[] = [];
      const room = { client, clock: waitingClock, removed: (removal: Removal) => removals.push(removal) };
      const commands = cluster === undefined ? undefined : clusterSelector(cluster);
      // Objects of a former quickstart that were made again stand twice; the later place is the right one.
      const unique = new Map(made.map((object) => [JSON.stringify(object), object]));
      const inOrder = objects.flatMap(({ kind, name, namespace: within }) => {
        const reference = { kind, name, ...(within === undefined ? {} : { namespace: within }) };
        return unique.get(JSON.stringify(reference)) ?? [];
      });
      await removeInstalled(room, { namespace, objects: inOrder, commands }, AbortSignal.timeout(removeMs));
      for (const { what, outcome, why } of removals) {
        if (outcome !== 'removed') say(context, `${what} stays: ${why}.`, 'bad');
      }
      if (made.length > 0) await forgetInstallation(file);
    },
    close: () => client.close(),
  };
}

/** What a quickstart that was killed has left in this very place. What it left elsewhere is told. */
function takenOver(
  context: CliContext,
  left: NonNullable<Awaited<ReturnType<typeof readInstallation>>>,
  server: string,
  namespace: string,
): readonly ObjectReference[] {
  if (left.server === server && left.namespace === namespace) return left.objects;
  say(
    context,
    `A former quickstart was killed and has left its namespace ${left.namespace} in the cluster at ${left.server}: longarm cluster remove … --kubeconfig FILE --namespace ${left.namespace} takes it away.`,
    'bad',
  );
  return [];
}
