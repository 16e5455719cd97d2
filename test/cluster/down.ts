/** `node test/cluster/down.ts [DIRECTORY]`: takes down what `up.ts` brought up, however much of it was killed since. */
import { stateByHand } from './one-node/layout.ts';
import { stopCluster } from './one-node/stop-cluster.ts';

await stopCluster(process.argv[2] ?? stateByHand(), AbortSignal.timeout(120_000));
