import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { CommandId } from '../../../src/core/command-id.ts';
import type { Launch } from '../../../src/core/launch.ts';
import type { KubernetesClient } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import {
  createKubernetesExecutor,
  type KubernetesExecutor,
} from '../../../src/executors/kubernetes/kubernetes-executor.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { aClusterUid, machineClock, ordinary } from '../../contract/executor-samples.ts';
import { fail, json } from '../fake-api/answers.ts';
import { clientOf } from '../fake-api/client-of.ts';
import { type FakeApi, type Seen, startFakeApi } from '../fake-api/fake-api.ts';

/** A pod as a test writes it. */
export interface WirePod {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string; readonly uid: string };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: Readonly<Record<string, unknown>>;
}

/** An API server that keeps pods and tells a watch of them, and has no node: what becomes of a pod the test says. */
export interface WireCluster {
  readonly api: FakeApi;
  readonly executor: KubernetesExecutor;
  readonly client: KubernetesClient;
  readonly launch: Launch;
  /** The pods that were asked for so far, refused ones too. */
  created(): readonly Seen[];
  /** How the next creations of pods are answered, one after the other, in place of being done. */
  refuse(...answers: readonly ((response: ServerResponse) => void)[]): void;
  /** What becomes of each pod, from its creation on. */
  becomes(change: (pod: WirePod) => WirePod): void;
  /** Puts a pod in place of what has its name now, and tells the watch. */
  put(pod: WirePod): WirePod;
  /** Takes the pod away, and tells the watch. */
  take(): void;
  readonly pod: WirePod;
  close(): Promise<void>;
}

const namespace = 'commands';
const podsPath = `/api/v1/namespaces/${namespace}/pods`;

/** A pod that has come to a node, with its containers in these states. */
export function onNode(pod: WirePod, states: Readonly<Record<string, unknown>>, status: object = {}): WirePod {
  const containerStatuses = Object.entries(states).map(([name, state]) => ({ name, state }));
  return {
    ...pod,
    spec: { ...pod.spec, nodeName: 'node-1' },
    status: { phase: 'Running', ...status, containerStatuses },
  };
}

/** Starts one, with an executor that has a command to run. */
export async function startWireCluster(clock: Clock = machineClock): Promise<WireCluster> {
  const api = await startFakeApi();
  const client = clientOf(api.access);
  const settings = {
    clusterUid: aClusterUid,
    namespace,
    image: 'images.example/toolbox:1',
    serviceAccount: 'default',
    template: undefined,
  };
  const executor = createKubernetesExecutor({ client, clock, settings });
  const commandId = randomUUID().replaceAll('-', '') as CommandId;
  const launch: Launch = {
    ...ordinary,
    commandId,
    clusterUid: aClusterUid,
    shell: 'sh',
    text: 'true',
    files: [],
    timeoutMs: 60_000,
    graceMs: 1000,
  };
  const pods = new Map<string, WirePod>();
  const watching = new Set<ServerResponse>();
  const refusals: ((response: ServerResponse) => void)[] = [];
  let change = (pod: WirePod): WirePod => pod;
  let version = 1;
  const told: { readonly version: number; readonly line: string }[] = [];
  const tell = (type: string, object: WirePod): void => {
    const line = `${JSON.stringify({ type, object })}\n`;
    told.push({ version, line });
    for (const response of watching) response.write(line);
  };
  const put = ({ metadata, ...rest }: WirePod): WirePod => {
    const type = pods.has(metadata.name) ? 'MODIFIED' : 'ADDED';
    const pod = { ...rest, metadata: { ...metadata, resourceVersion: String((version += 1)) } };
    pods.set(metadata.name, pod);
    tell(type, pod);
    return pod;
  };

  const remove = ({ metadata, ...rest }: WirePod): void => {
    pods.delete(metadata.name);
    tell('DELETED', { ...rest, metadata: { ...metadata, resourceVersion: String((version += 1)) } });
  };

  const create = (body: string, response: ServerResponse): void => {
    const refusal = refusals.shift();
    if (refusal !== undefined) return refusal(response);
    const { metadata, ...pod } = JSON.parse(body) as WirePod;
    if (pods.has(metadata.name)) return fail(response, 409, 'AlreadyExists');
    const own = { ...metadata, uid: randomUUID(), creationTimestamp: new Date().toISOString() };
    const made = put({ ...pod, metadata: own, status: { phase: 'Pending' } });
    // The watch is faster than the answer, as it often is.
    put(change(made));
    json(response, made, 201);
  };
  const onePod = (name: string, method: string, response: ServerResponse): void => {
    const pod = pods.get(name);
    if (pod === undefined) return fail(response, 404, 'NotFound');
    json(response, pod);
    if (method === 'DELETE') remove(pod);
  };
  api.answer(({ method, url, body }, response) => {
    const { pathname, searchParams } = url;
    if (pathname === podsPath && method === 'POST') return create(body, response);
    if (pathname === podsPath && searchParams.has('watch')) {
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      const from = Number(searchParams.get('resourceVersion'));
      for (const each of told) if (each.version > from) response.write(each.line);
      watching.add(response.on('close', () => watching.delete(response)));
      return;
    }
    if (pathname === podsPath)
      return json(response, { metadata: { resourceVersion: String(version) }, items: [...pods.values()] });
    if (pathname.startsWith(`${podsPath}/`)) return onePod(pathname.slice(podsPath.length + 1), method, response);
    if (pathname.endsWith('/configmaps/longarm')) return json(response, { metadata: { uid: 'the-anchor' } });
    json(response, { metadata: { resourceVersion: '1' }, items: [] });
  });

  const present = (): WirePod => {
    const pod = pods.get(`longarm-${commandId}`);
    if (pod === undefined) throw new Error('There is no pod.');
    return pod;
  };
  return {
    api,
    executor,
    client,
    launch,
    created: () => api.seen.filter(({ method, url }) => method === 'POST' && url.pathname === podsPath),
    refuse: (...answers) => void refusals.push(...answers),
    becomes: (next) => (change = next),
    put,
    take: () => remove(present()),
    get pod() {
      return present();
    },
    close: async () => {
      executor.close();
      for (const response of watching) response.end();
      client.close();
      await api.close();
    },
  };
}
