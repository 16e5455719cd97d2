import type { Clock } from '../../../ports/clock.ts';
import { fieldOf, textOf } from '../client/json-fields.ts';
import type { KubernetesClient } from '../client/kubernetes-client.ts';
import { isNotFound, KubernetesError } from '../client/kubernetes-error.ts';
import { defaultNamespace, manifestCommand } from '../names.ts';
import { describeObject, type ManifestObject, type ObjectReference, pathOfObject } from './manifest-object.ts';

/** Who the cluster remembers as the one that set these fields. */
const fieldManager = 'longarm';
/** How long the cluster may take to furnish a new namespace, in milliseconds. */
const furnishMs = 10_000;
const askEveryMs = 50;

/** Somebody else set a field of an object, and to something else. Nothing of that object was changed. */
class FieldConflict extends Error {
  override readonly name = 'FieldConflict';
}

/** The cluster lets this account neither look at an object nor make it. */
class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

/** How a manifest is applied. */
export interface ApplyOptions {
  /** Told of each object that was not there, before it is made. Awaited. */
  readonly beforeMaking?: (object: ObjectReference) => Promise<void>;
  /** Told of each object when it is as it should be. */
  readonly applied?: (object: ManifestObject, outcome: 'made' | 'changed' | 'unchanged') => void;
  /** Leaves everything alone that is there already, whatever it looks like. */
  readonly onlyMissing?: boolean;
}

/**
 * Brings a cluster to what the manifest says, by server-side apply, one object after the other. May be repeated.
 * @throws {FieldConflict} {NotAllowed} {KubernetesError} {Unreachable} at the first object that fails; those before it are applied.
 */
export async function applyManifest(
  client: KubernetesClient,
  clock: Clock,
  objects: readonly ManifestObject[],
  options: ApplyOptions,
  signal: AbortSignal,
): Promise<void> {
  for (const object of objects) {
    const before = await findObject(client, object, signal).catch((error: unknown) => refused(object, error));
    if (before === undefined) await options.beforeMaking?.(object);
    else if (options.onlyMissing === true) continue;
    const after = await apply(client, object, signal).catch((error: unknown) => refused(object, error));
    options.applied?.(object, outcomeOf(before, after));
    if (object.kind === 'Namespace') await untilFurnished(client, clock, object.name, signal);
  }
}

/** Who may not do it is told who may. */
function refused(object: ManifestObject, error: unknown): never {
  if (!(error instanceof KubernetesError) || error.code !== 403) throw error;
  throw new NotAllowed(
    `${describeObject(object)} cannot be prepared with the rights of this kubeconfig: ${error.message}. Use one of an administrator, or let an administrator apply what \`${manifestCommand(namespaceOf(object))}\` prints.`,
    { cause: error },
  );
}

function namespaceOf({ kind, name, namespace }: ObjectReference): string {
  return namespace ?? (kind === 'Namespace' ? name : defaultNamespace);
}

/** An object of the cluster as it is; `undefined` where there is none. */
export async function findObject(
  client: KubernetesClient,
  object: ObjectReference,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    return await client.request({ method: 'GET', path: pathOfObject(object) }, signal);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function apply(client: KubernetesClient, object: ManifestObject, signal: AbortSignal): Promise<unknown> {
  const path = pathOfObject(object);
  try {
    return await client.request(
      {
        method: 'PATCH',
        path,
        query: { fieldManager, fieldValidation: 'Strict' },
        body: object.body,
        contentType: 'application/apply-patch+yaml',
      },
      signal,
    );
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.code !== 409) throw error;
    throw new FieldConflict(
      `${describeObject(object)} is there and differs in what somebody else has set: ${error.message} Change it there, or apply \`${manifestCommand(namespaceOf(object))}\` with kubectl apply --server-side --force-conflicts.`,
      { cause: error },
    );
  }
}

function outcomeOf(before: unknown, after: unknown): 'made' | 'changed' | 'unchanged' {
  if (before === undefined) return 'made';
  return versionOf(before) === versionOf(after) ? 'unchanged' : 'changed';
}

function versionOf(object: unknown): string | undefined {
  return textOf(fieldOf(object, 'metadata'), 'resourceVersion');
}

/** Controllers put the cluster's certificate into a new namespace, a moment later. Pods wait far longer for it. */
async function untilFurnished(
  client: KubernetesClient,
  clock: Clock,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const certificate = { kind: 'ConfigMap', name: 'kube-root-ca.crt', namespace } as const;
  const deadlineMs = clock.monotonicMs() + furnishMs;
  // Where it does not come in time a pod still waits for it, and says so.
  while (clock.monotonicMs() < deadlineMs) {
    if ((await findObject(client, certificate, signal)) !== undefined) return;
    await clock.sleep(askEveryMs, signal);
    signal.throwIfAborted();
  }
}
