import type { Launch } from '../../core/launch.ts';
import { StartHindered } from '../../ports/executor.ts';
import { NotInstalled } from './anchor.ts';
import { isAlreadyExists, KubernetesError, Unreachable } from './client/kubernetes-error.ts';
import type { CommandRun, StartRefusal } from './command-run.ts';
import { minorVersion, publicImage } from './image.ts';
import { objectName } from './names.ts';
import { buildPod, ownMetadata, type PodSettings } from './pod/build-pod.ts';
import { packPayload, type PodPayload } from './pod/payload.ts';
import { judgeCreate } from './reasons/judge-create.ts';
import { type KubernetesRoom, pathOf, refresh } from './room.ts';
import { seePod } from './seen-pod.ts';

/** How long somebody may take to prepare the namespace while a command waits for it, in milliseconds. */
const installMs = 15_000;
/** A field of a template that the cluster does not know is refused, where it would otherwise be dropped in silence. */
const strict = { fieldValidation: 'Strict' };

/**
 * Makes the command's pod, or finds the one that is there. Nothing begins in it before this worker, or another one, was
 * admitted and opens its gate. A pod that the cluster will not have is no error here: what is observed then says so.
 * @throws {StartHindered} for what may pass; called again it goes on.
 */
export async function startPod(
  room: KubernetesRoom,
  run: CommandRun,
  launch: Launch,
  signal: AbortSignal,
): Promise<void> {
  const payload = packPayload(launch);
  run.start = { admit: launch.admit, means: launch.means, payload };
  run.launch = launch.means === undefined ? launch : undefined;
  if (launch.means !== undefined) {
    // It may have begun in that pod and in no other, so there is nothing to make.
    await asHindrance(refresh(room, run, signal));
    return;
  }
  if (run.pod !== undefined && !run.gone) return;
  if (run.refusal !== undefined) return;
  await create(room, run, launch, payload, signal);
}

/**
 * Makes a new pod in place of one that a node would not take or that somebody took away, before anybody was admitted.
 * @throws {StartHindered} for what may pass; called again it goes on.
 */
export async function replacePod(room: KubernetesRoom, run: CommandRun, signal: AbortSignal): Promise<void> {
  const { launch, start, pod } = run;
  if (launch === undefined || start === undefined || !run.isReplaceable) return;
  if (pod !== undefined) {
    const path = pathOf(room, 'pods', objectName(run.commandId));
    const body = { gracePeriodSeconds: 0, preconditions: { uid: pod.uid } };
    await room.client.request({ method: 'DELETE', path, body }, signal).catch((error: unknown) => {
      if (!(error instanceof KubernetesError) || error.code !== 404) throw error;
    });
    run.replaced += 1;
    run.forgetPod();
  }
  await create(room, run, launch, start.payload, signal);
}

async function create(
  room: KubernetesRoom,
  run: CommandRun,
  launch: Launch,
  payload: PodPayload,
  signal: AbortSignal,
): Promise<void> {
  try {
    const settings = await podSettings(room, launch, signal);
    if (payload.from === 'secret') await createSecret(room, launch, payload.archive, settings, signal);
    const body = buildPod(launch, payload, settings);
    const made = await room.client.request({ method: 'POST', path: pathOf(room, 'pods'), query: strict, body }, signal);
    run.hinderedSinceMs.clear();
    run.answered(seePod(made));
  } catch (error) {
    signal.throwIfAborted();
    if (isAlreadyExists(error)) return await adopt(room, run, launch, signal);
    if (error instanceof Unreachable) throw new StartHindered(error.message, { reason: 'ClusterUnreachable' });
    if (error instanceof NotInstalled) {
      return waitOrRefuse(room, run, { reason: 'NotInstalled', message: error.message, forMs: installMs });
    }
    if (!(error instanceof KubernetesError)) throw error;
    const verdict = judgeCreate(error);
    waitOrRefuse(room, run, { ...verdict, forMs: verdict.type === 'retry' ? verdict.forMs : 0 });
  }
}

/**
 * What hinders it may pass within `forMs` of when it was first seen; after that it is the end.
 * @throws {StartHindered} while it may.
 */
function waitOrRefuse(
  room: KubernetesRoom,
  run: CommandRun,
  { reason, message, forMs }: StartRefusal & { readonly forMs: number },
): void {
  const now = room.clock.monotonicMs();
  const since = run.hinderedSinceMs.get(reason) ?? now;
  // A hindrance that gave way to another one begins anew when it comes back.
  run.hinderedSinceMs.clear();
  run.hinderedSinceMs.set(reason, since);
  // It may have been the anchor that was deleted and made anew.
  room.anchor.forget();
  if (now - since < forMs) throw new StartHindered(message, { reason });
  run.refusal = { reason, message };
  run.tell();
}

async function adopt(room: KubernetesRoom, run: CommandRun, launch: Launch, signal: AbortSignal): Promise<void> {
  await asHindrance(refresh(room, run, signal));
  const { pod } = run;
  if (pod === undefined || run.gone) throw new Error('The pod was deleted while it was looked for.');
  if (pod.clusterUid === launch.clusterUid) return;
  const message = `There is a pod ${objectName(launch.commandId)} in the namespace ${room.settings.namespace} that Longarm did not make. Delete it.`;
  run.refusal = { reason: 'CouldNotStart', message };
}

/** The settings of a pod, with what only the cluster knows. */
export async function podSettings(
  room: KubernetesRoom,
  launch: Pick<Launch, 'serviceAccount'>,
  signal: AbortSignal,
): Promise<PodSettings> {
  const { namespace, image, serviceAccount, template } = room.settings;
  return {
    namespace,
    image: image ?? publicImage(await minorVersion(room, signal)),
    serviceAccount: launch.serviceAccount ?? serviceAccount,
    anchorUid: await room.anchor.uid(room, signal),
    ...(template === undefined ? {} : { template }),
  };
}

async function createSecret(
  room: KubernetesRoom,
  launch: Launch,
  archive: Buffer,
  settings: PodSettings,
  signal: AbortSignal,
): Promise<void> {
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: ownMetadata(launch, settings),
    immutable: true,
    data: { 'payload.tar': archive.toString('base64') },
  };
  await room.client.request({ method: 'POST', path: pathOf(room, 'secrets'), body }, signal).catch((error: unknown) => {
    // The same command's, from an earlier try: what is in it is the same.
    if (!isAlreadyExists(error)) throw error;
  });
}

/** What keeps a start from coming about, in the words for the user who waits. */
async function asHindrance<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Unreachable) throw new StartHindered(error.message, { reason: 'ClusterUnreachable' });
    if (error instanceof KubernetesError) throw new StartHindered(error.message, { reason: error.reason });
    throw error;
  }
}
