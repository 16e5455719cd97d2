import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { json } from 'node:stream/consumers';
import type { KubernetesClient } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import { objectOf, textOf } from '../../../src/client/json-fields.ts';
import { makeAuthority, makeServerCertificate } from '../../kubernetes/fake-api/certificates.ts';
import { clusterUnderTest, machineHost } from '../cluster-under-test.ts';
import { until } from './in-pod.ts';

const webhooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const soon = (): AbortSignal => AbortSignal.timeout(60_000);

/** A webhook of the cluster under test that this process serves, and that is asked of the pods of one namespace. */
export interface AdmissionWebhook {
  /** By which the cluster names it. */
  readonly name: string;
  /** From now on it denies each pod with these words; undefined: it lets each be created. */
  say(denial: string | undefined): void;
  /** From now on nobody listens where the cluster asks. */
  switchOff(): Promise<void>;
  /** Listens again, at the same place. */
  switchOn(): Promise<void>;
  /** How many pods it was asked about, trials of its own included. */
  readonly asked: number;
  close(): Promise<void>;
}

/** Registers a webhook without which no pod is created there, and waits until the API server asks it. */
export async function openAdmissionWebhook(client: KubernetesClient, namespace: string): Promise<AdmissionWebhook> {
  const host = machineHost();
  const authority = makeAuthority([host]);
  const { certPem, keyPem } = makeServerCertificate(authority, [host]);
  const name = `${namespace}.test.longarm.invalid`;
  let denial: string | undefined;
  let asked = 0;
  let port = 0;
  let server: Server | undefined;
  const answerTo = (review: Readonly<Record<string, unknown>>, response: ServerResponse): void => {
    asked += 1;
    const uid = textOf(objectOf(review['request']), 'uid');
    const verdict = denial === undefined ? { allowed: true } : { allowed: false, status: { message: denial } };
    const answer = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, ...verdict } };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  };
  const listen = async (): Promise<void> => {
    const started = createServer({ cert: certPem, key: keyPem }, (request, response) => {
      json(request).then(
        (review) => answerTo(objectOf(review), response),
        () => response.destroy(),
      );
    });
    started.listen(port, host);
    await once(started, 'listening');
    const address = started.address();
    if (address === null || typeof address === 'string') throw new Error('The webhook has no port.');
    port = address.port;
    server = started;
  };
  const switchOff = async (): Promise<void> => {
    const ended = server;
    server = undefined;
    if (ended === undefined) return;
    const closed = once(ended, 'close');
    ended.close();
    ended.closeAllConnections();
    await closed;
  };
  const path = `${webhooks}/${name}`;
  const close = async (): Promise<void> => {
    await client.request({ method: 'DELETE', path }, soon());
    await switchOff();
  };

  await listen();
  const rule = {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations: ['CREATE'],
    resources: ['pods'],
    scope: 'Namespaced',
  };
  const clientConfig = { url: `https://${host}:${port}/`, caBundle: Buffer.from(authority.certPem).toString('base64') };
  const webhook = {
    name,
    rules: [rule],
    clientConfig,
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    failurePolicy: 'Fail',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    timeoutSeconds: 5,
  };
  const body = { metadata: { name }, webhooks: [webhook] };
  await client.request({ method: 'POST', path: webhooks, body }, soon());
  try {
    await until('a question to the webhook', async () => {
      await tryPod(client, namespace);
      return asked > 0 ? true : undefined;
    });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    name,
    say: (words) => {
      denial = words;
    },
    switchOff,
    switchOn: listen,
    get asked() {
      return asked;
    },
    close,
  };
}

/** Asks whether a pod would be created, and creates none. @throws {KubernetesError} where it would not be */
async function tryPod(client: KubernetesClient, namespace: string): Promise<void> {
  const securityContext = {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const container = { name: 'trial', image: clusterUnderTest().image, securityContext };
  const body = { metadata: { name: 'trial' }, spec: { containers: [container] } };
  const path = `/api/v1/namespaces/${namespace}/pods`;
  await client.request({ method: 'POST', path, query: { dryRun: 'All' }, body }, soon());
}
