import { join } from 'node:path';
import Type from 'typebox';
import { Value } from 'typebox/value';
import { containerdSocket } from './configuration.ts';
import { runInside } from './enclosure.ts';
import { eventually } from './eventually.ts';
import { adminKubeconfig, logsOf, nodeName, programsOf } from './layout.ts';
import { runProgram } from './run-program.ts';

const nodeSchema = Type.Object({
  spec: Type.Object({ taints: Type.Optional(Type.Array(Type.Object({ key: Type.String() }))) }),
  status: Type.Object({ conditions: Type.Array(Type.Object({ type: Type.String(), status: Type.String() })) }),
});

/**
 * Runs kubectl as the cluster's administrator and answers what it printed.
 * @throws {Error} when it fails; the message holds what it printed to stderr
 */
export async function runKubectl(state: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const administrator = `--kubeconfig=${adminKubeconfig(state)}`;
  return runProgram(join(programsOf(state), 'kubectl'), [administrator, ...args], { signal });
}

/** Waits until containerd answers, 30 s at most; a kubelet that starts before ends at once. */
export async function untilContainerd(state: string, signal: AbortSignal): Promise<void> {
  const ask = ['ctr', '--address', containerdSocket, 'version'];
  await eventually('containerd', 30_000, signal, async () => runInside(state, ask, signal));
}

/** What the controllers put into every namespace, last of all that they make at the start. */
const madeInNamespaces = [
  ['serviceaccount', 'default'],
  ['configmap', 'kube-root-ca.crt'],
] as const;
/** `default`, `kube-system`, `kube-public` and `kube-node-lease`. */
const namespacesFromStart = 4;

const uids = ['-o', 'jsonpath={.items[*].metadata.uid}'];

/**
 * Waits until the API server is ready, containerd answers, the kubelet knows its pods, the node takes more, and the
 * controllers have made what they make by themselves.
 * @throws {Error} after `limitMs`, with what it still waited for
 */
export async function untilReady(state: string, limitMs: number, signal: AbortSignal): Promise<void> {
  const ask = async (...args: readonly string[]): Promise<string> =>
    runKubectl(state, ['--request-timeout=5s', 'get', ...args], signal);
  await eventually(`A ready cluster (the logs are in ${logsOf(state)})`, limitMs, signal, async () => {
    await ask('--raw=/readyz');
    await runInside(state, ['ctr', '--address', containerdSocket, 'version'], signal);
    const { spec, status } = Value.Parse(nodeSchema, JSON.parse(await ask('node', nodeName, '-o', 'json')));
    if (!status.conditions.some((each) => each.type === 'Ready' && each.status === 'True')) {
      throw new Error(`The node is not ready: ${JSON.stringify(status.conditions)}`);
    }
    const taints = (spec.taints ?? []).map(({ key }) => key);
    if (taints.length > 0) throw new Error(`The node is tainted: ${taints.join(', ')}`);
    // A kubelet is well before it has heard of its pods, whose exec it refuses until then.
    const pods = await ask('pods', '--all-namespaces', `--field-selector=spec.nodeName=${nodeName}`, ...uids);
    const known = await ask(`--raw=/api/v1/nodes/${nodeName}/proxy/pods`);
    if (pods.split(' ').some((uid) => !known.includes(uid))) throw new Error('The kubelet does not know all its pods.');
    for (const [kind, name] of madeInNamespaces) {
      const made = await ask(kind, '--all-namespaces', `--field-selector=metadata.name=${name}`, '-o', 'name');
      if (made.trim().split('\n').length < namespacesFromStart) throw new Error(`A namespace has no ${kind} ${name}.`);
    }
    return true;
  });
}
