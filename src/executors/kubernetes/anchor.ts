import { KubernetesError, isAlreadyExists, isNotFound } from './client/kubernetes-error.ts';
import { anchorName, manifestCommand } from './names.ts';
import { type KubernetesRoom, pathOf } from './room.ts';

/** The namespace is not prepared for commands, and this server may not prepare it. */
export class NotInstalled extends Error {
  override readonly name = 'NotInstalled';
}

/** The object that owns everything Longarm makes in the namespace, so that one deletion removes all of it. */
export class Anchor {
  #uid: string | undefined;

  /**
   * Its uid; made where it is missing, where that is allowed.
   * @throws {NotInstalled} with what to do. @throws what the cluster says otherwise.
   */
  async uid(room: KubernetesRoom, signal: AbortSignal): Promise<string> {
    this.#uid ??= await findAnchor(room, signal);
    return this.#uid;
  }

  /** It may have been deleted and made anew: what is owned by the former one would be collected at once. */
  forget(): void {
    this.#uid = undefined;
  }
}

async function findAnchor(room: KubernetesRoom, signal: AbortSignal): Promise<string> {
  const path = pathOf(room, 'configmaps', anchorName);
  try {
    return uidOf(await room.client.request({ method: 'GET', path }, signal));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const body = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: anchorName, namespace: room.settings.namespace },
  };
  try {
    return uidOf(await room.client.request({ method: 'POST', path: pathOf(room, 'configmaps'), body }, signal));
  } catch (error) {
    if (isAlreadyExists(error)) return uidOf(await room.client.request({ method: 'GET', path }, signal));
    if (!(error instanceof KubernetesError) || (error.code !== 403 && error.code !== 404)) throw error;
    throw new NotInstalled(
      `The namespace '${room.settings.namespace}' of the cluster is not prepared for commands (${error.message}). Apply what \`${manifestCommand(room.settings.namespace)}\` prints.`,
      { cause: error },
    );
  }
}

function uidOf(object: unknown): string {
  const { metadata } = object as { readonly metadata?: { readonly uid?: string } };
  if (metadata?.uid === undefined) throw new Error('The cluster answered with an object that has no uid.');
  return metadata.uid;
}
