import type { Clock } from '../../../ports/clock.ts';
import { fieldOf, textOf } from '../client/json-fields.ts';
import type { KubernetesClient } from '../client/kubernetes-client.ts';
import { isAlreadyExists } from '../client/kubernetes-error.ts';
import { anchorName } from '../names.ts';
import { findObject } from './apply-manifest.ts';
import { serverAccount } from './manifest.ts';
import { describeObject, installedLabels, type ObjectReference } from './manifest-object.ts';

/** How long the cluster may take to write a token, in milliseconds. */
const writtenMs = 30_000;
const askEveryMs = 50;

/** Where the server's token is kept in the cluster. Whoever deletes it takes the server's access away. */
export function tokenSecret(namespace: string): ObjectReference {
  return { kind: 'Secret', name: 'longarm-token', namespace };
}

/**
 * A token of the server's own service account that does not expire, kept in a Secret that goes with the anchor. The one
 * that is there is given again.
 * @throws where the anchor is missing, the Secret is not the cluster's to fill, or it is not filled in time.
 */
export async function serverToken(
  client: KubernetesClient,
  clock: Clock,
  namespace: string,
  signal: AbortSignal,
): Promise<string> {
  const reference = tokenSecret(namespace);
  if ((await findObject(client, reference, signal)) === undefined) await makeSecret(client, reference, signal);
  const deadlineMs = clock.monotonicMs() + writtenMs;
  for (;;) {
    const secret = await findObject(client, reference, signal);
    const account = textOf(fieldOf(fieldOf(secret, 'metadata'), 'annotations'), accountAnnotation);
    if (secret !== undefined && account !== serverAccount) {
      throw new Error(
        `${describeObject(reference)} is there, and is no token of the service account ${serverAccount}. Delete it, or choose another namespace.`,
      );
    }
    const token = textOf(fieldOf(secret, 'data'), 'token');
    if (token !== undefined && token !== '') return Buffer.from(token, 'base64').toString('utf8');
    if (clock.monotonicMs() > deadlineMs) {
      throw new Error(
        `The cluster wrote no token into ${describeObject(reference)} within ${writtenMs / 1000} s. Its token controller does that; see whether kube-controller-manager runs with --service-account-private-key-file.`,
      );
    }
    await clock.sleep(askEveryMs, signal);
    signal.throwIfAborted();
  }
}

const accountAnnotation = 'kubernetes.io/service-account.name';

async function makeSecret(client: KubernetesClient, reference: ObjectReference, signal: AbortSignal): Promise<void> {
  const { namespace = '' } = reference;
  const anchor = await findObject(client, { kind: 'ConfigMap', name: anchorName, namespace }, signal);
  const uid = textOf(fieldOf(anchor, 'metadata'), 'uid');
  if (uid === undefined)
    throw new Error(`There is no ConfigMap ${anchorName} in ${namespace}: apply the manifest first.`);
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: reference.name,
      namespace,
      labels: installedLabels,
      annotations: { [accountAnnotation]: serverAccount },
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: anchorName, uid }],
    },
    type: 'kubernetes.io/service-account-token',
  };
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  await client.request({ method: 'POST', path, body }, signal).catch((error: unknown) => {
    if (!isAlreadyExists(error)) throw error;
  });
}
