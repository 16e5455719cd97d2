import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { CommandId } from '../../../src/core/command-id.ts';
import type { Launch } from '../../../src/core/launch.ts';
import type { KubernetesClient } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import {
  createKubernetesExecutor,
  type KubernetesExecutor,
} from '../../../src/executors/kubernetes/kubernetes-executor.ts';
import { objectName } from '../../../src/executors/kubernetes/names.ts';
import type { ExecutorBench } from '../../contract/executor-bench.ts';
import { aClusterUid, machineClock } from '../../contract/executor-samples.ts';
import { clusterUnderTest } from '../cluster-under-test.ts';
import { clusterClient, isThere, makeNamespace, removeNamespace } from './test-namespace.ts';
import { countMarks } from './count-marks.ts';

/** What a starter, another process, is told. */
export interface KubernetesOrder {
  readonly namespace: string;
  readonly launch: Omit<Launch, 'admit'>;
}

const resources = { requests: { cpu: '1m', memory: '8Mi' } };
/** Asks for next to nothing, so that many pods fit on the one node of a test cluster. */
export const modest = {
  spec: {
    containers: [
      { name: 'keeper', resources },
      { name: 'command', resources },
    ],
  },
};

/** An executor of the tests' cluster, in a namespace. */
export function kubernetesExecutorIn(client: KubernetesClient, namespace: string): KubernetesExecutor {
  return createKubernetesExecutor({
    client,
    clock: machineClock,
    settings: {
      clusterUid: aClusterUid,
      namespace,
      image: clusterUnderTest().image,
      serviceAccount: 'default',
      template: modest,
    },
  });
}

/** A place for the Kubernetes executor's state: a namespace of its own. */
export async function openKubernetesBench(): Promise<ExecutorBench> {
  const client = await clusterClient();
  const namespace = `longarm-test-${randomBytes(4).toString('hex')}`;
  await makeNamespace(client, namespace);
  const marks = await countMarks();
  const instances: KubernetesExecutor[] = [];
  const soon = () => AbortSignal.timeout(30_000);

  /** Runs a script in a container of each pod that runs. */
  async function everywhere(container: string, script: string): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const { items } = (await client.request({ method: 'GET', path }, soon())) as {
      readonly items: readonly { readonly metadata: { readonly name: string } }[];
    };
    for (const { metadata } of items) await inPod(metadata.name, container, script).catch(() => undefined);
  }

  async function inPod(pod: string, container: string, script: string): Promise<void> {
    const command = ['/bin/sh', '-c', script];
    const sinks = { onStdout: async () => {}, onStderr: () => {} };
    const status = await client.exec({ namespace, pod, container, command, ...sinks }, soon());
    if (status.type !== 'exited' || status.exitCode !== 0) throw new Error(JSON.stringify(status));
  }

  return {
    async instance() {
      const executor = kubernetesExecutorIn(client, namespace);
      instances.push(executor);
      return executor;
    },
    async startAndDie({ admit: _own, ...launch }) {
      const starter = fork(new URL('kubernetes-starter.ts', import.meta.url), { serialization: 'advanced' });
      starter.send({ namespace, launch } satisfies KubernetesOrder);
      const answer = Promise.withResolvers<unknown>();
      starter.once('message', answer.resolve);
      starter.once('exit', () => answer.resolve('ended'));
      const said = await answer.promise;
      starter.kill('SIGKILL');
      if (starter.exitCode === null && starter.signalCode === null) await once(starter, 'exit');
      if (said !== 'started') throw new Error(`The starter failed: ${String(said)}`);
    },
    programs: {
      exit: (code) => `exit ${code}`,
      write: (parts) =>
        parts
          .map(({ to, bytes }) => {
            const base64 = Buffer.from(bytes).toString('base64');
            return `base64 -d ${to === 'stderr' ? '>&2 ' : ''}<<'END'\n${base64}\nEND`;
          })
          .join('\n'),
      held: (gate) => `echo ready; while [ ! -e '/tmp/${gate}' ]; do sleep 0.02; done; echo gone on; exit 5`,
      stubborn: () => `trap '' TERM; echo ready; while :; do sleep 0.1; done`,
      lingering: () => 'sleep 600 & exit 3',
      mark: (name) => marks.command(name),
      files: [{ path: 'a/file', mode: 0o640, bytes: Buffer.from('attached') }],
    },
    release: (gate) => everywhere('command', `: >'/tmp/${gate}'`),
    marks: async (name) => marks.count(name),
    spoilExit: (commandId, bytes) => {
      const hex = Buffer.from(bytes)
        .toString('hex')
        .replaceAll(/../g, String.raw`\x$&`);
      return inPod(objectName(commandId), 'keeper', `printf '${hex}' >/longarm/spool/exit`);
    },
    async traces(commandId: CommandId) {
      const left: string[] = [];
      for (const kind of ['pods', 'secrets']) {
        const path = `/api/v1/namespaces/${namespace}/${kind}/${objectName(commandId)}`;
        if (await isThere(client, path, soon())) left.push(`${kind}/${objectName(commandId)}`);
      }
      return left;
    },
    async close() {
      for (const executor of instances) executor.close();
      await marks.close();
      await removeNamespace(client, namespace);
      client.close();
    },
  };
}
