/** Brings a cluster up that ends with it, says `ready`, and waits to be killed. Its argument is the state directory. */
import { startCluster } from '../../cluster/one-node/start-cluster.ts';

const [, , stateDirectory = ''] = process.argv;
const signal = AbortSignal.timeout(10 * 60_000);
await startCluster({ stateDirectory, bound: true, signal, say: (line) => void process.stderr.write(`${line}\n`) });
process.stdout.write('ready\n');
setInterval(() => undefined, 60_000);
