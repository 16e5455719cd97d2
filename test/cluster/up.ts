/**
 * `node test/cluster/up.ts [DIRECTORY]`: brings a one-node Kubernetes cluster up, as root, and says how to use it. It
 * stays up until `node test/cluster/down.ts [DIRECTORY]`.
 */
import { stateByHand } from './one-node/layout.ts';
import { startCluster } from './one-node/start-cluster.ts';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const stateDirectory = process.argv[2] ?? stateByHand();
const { kubeconfig, kubectl } = await startCluster({ stateDirectory, bound: false, signal: interrupted.signal, say });
say(`\n  export KUBECONFIG=${kubeconfig} PATH=${kubectl.replace(/\/kubectl$/, '')}:$PATH\n  kubectl get nodes\n`);
