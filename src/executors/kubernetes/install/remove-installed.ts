import type { Clock } from '../../../ports/clock.ts';
import { fieldOf, listOf, textOf } from '../client/json-fields.ts';
import type { KubernetesClient } from '../client/kubernetes-client.ts';
import { isNotFound, KubernetesError } from '../client/kubernetes-error.ts';
import { findObject } from './apply-manifest.ts';
import { describeObject, installedLabels, type ObjectReference, pathOfObject } from './manifest-object.ts';
import { namespaceContents } from './namespace-contents.ts';

/** How long what was deleted may take to be gone, in milliseconds. */
const goneMs = 90_000;
const askEveryMs = 250;

/** What became of something that was to be removed. */
export interface Removal {
  /** In a few words. */
  readonly what: string;
  /** `kept`: it is not ours alone, and stays. `going`: it is deleted, and not gone yet. */
  readonly outcome: 'removed' | 'kept' | 'going';
  /** Why it stays, or what it waits for. */
  readonly why?: string;
}

/** What is to be removed. */
export interface Installed {
  readonly namespace: string;
  /** In the order of their making. */
  readonly objects: readonly ObjectReference[];
  /** The label selector of the commands that go; none where it is undefined. */
  readonly commands: string | undefined;
}

/** The cluster, and what removal needs beside it. */
export interface RemovalRoom {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  /** Told of each thing as it happens. */
  readonly removed: (removal: Removal) => void;
}

/**
 * Removes what was installed, and the commands in its namespace: first these, then the objects in the opposite
 * order of their making, waiting until each is gone. What does not carry Longarm's labels stays, and so does a namespace
 * that holds anything else.
 * @throws what the cluster says at the first thing that cannot be removed. May be repeated.
 */
export async function removeInstalled(room: RemovalRoom, installed: Installed, signal: AbortSignal): Promise<void> {
  const { namespace, commands, objects } = installed;
  if (commands !== undefined) {
    for (const kind of ['pods', 'secrets'] as const) {
      await removeCommands(room, { kind, namespace, selector: commands }, signal);
    }
  }
  for (const object of objects.toReversed()) await removeObject(room, object, signal);
}

async function removeCommands(
  room: RemovalRoom,
  {
    kind,
    namespace,
    selector,
  }: { readonly kind: 'pods' | 'secrets'; readonly namespace: string; readonly selector: string },
  signal: AbortSignal,
): Promise<void> {
  const collection = `/api/v1/namespaces/${namespace}/${kind}`;
  const list = await room.client
    .request({ method: 'GET', path: collection, query: { labelSelector: selector } }, signal)
    .catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  // A command that still runs gets a second, and its node has to say that it ended.
  const body = kind === 'pods' ? { gracePeriodSeconds: 1 } : undefined;
  await Promise.all(
    listOf(list, 'items').map(async (item) => {
      const name = textOf(fieldOf(item, 'metadata'), 'name') ?? '';
      const what = `${kind === 'pods' ? 'Pod' : 'Secret'} ${name} in ${namespace}`;
      await deleteAt(room, { path: `${collection}/${name}`, what, body }, signal);
    }),
  );
}

async function removeObject(room: RemovalRoom, object: ObjectReference, signal: AbortSignal): Promise<void> {
  const what = describeObject(object);
  const present = await findObject(room.client, object, signal);
  if (present === undefined) return;
  const label = 'app.kubernetes.io/managed-by';
  const owner = textOf(fieldOf(fieldOf(present, 'metadata'), 'labels'), label);
  if (owner !== installedLabels[label]) {
    room.removed({ what, outcome: 'kept', why: `it does not carry the label ${label}: longarm` });
    return;
  }
  if (object.kind === 'Namespace') {
    const others = await namespaceContents(room.client, object.name, signal);
    if (others.length > 0) {
      const shown = others.slice(0, 5).join(', ');
      const more = others.length > 5 ? ` and ${others.length - 5} more` : '';
      room.removed({ what, outcome: 'kept', why: `it holds what is not Longarm’s: ${shown}${more}` });
      return;
    }
  }
  await deleteAt(room, { path: pathOfObject(object), what, body: undefined }, signal);
}

async function deleteAt(
  room: RemovalRoom,
  { path, what, body }: { readonly path: string; readonly what: string; readonly body: unknown },
  signal: AbortSignal,
): Promise<void> {
  const { client, clock } = room;
  const isGone = await client
    .request(
      { method: 'DELETE', path, query: { propagationPolicy: 'Background' }, ...(body === undefined ? {} : { body }) },
      signal,
    )
    .then(() => false, goneOrThrow);
  const deadlineMs = clock.monotonicMs() + goneMs;
  while (!isGone && !(await client.request({ method: 'GET', path }, signal).then(() => false, goneOrThrow))) {
    if (clock.monotonicMs() > deadlineMs) {
      room.removed({ what, outcome: 'going', why: `it is deleted, and was not gone after ${goneMs / 1000} s` });
      return;
    }
    await clock.sleep(askEveryMs, signal);
    signal.throwIfAborted();
  }
  room.removed({ what, outcome: 'removed' });
}

/** Gone, or its namespace is. */
function goneOrThrow(error: unknown): true {
  if (error instanceof KubernetesError && error.code === 404) return true;
  throw error;
}
