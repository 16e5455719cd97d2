// A server that starts one command and is then killed: run as a process of its own by `kubernetes-bench.ts`.
import { ordinary } from '../../contract/executor-samples.ts';
import { clusterClient } from './test-namespace.ts';
import { kubernetesExecutorIn, type KubernetesOrder } from './kubernetes-bench.ts';

const told = Promise.withResolvers<KubernetesOrder>();
process.once('message', told.resolve);
const order = await told.promise;
const executor = kubernetesExecutorIn(await clusterClient(), order.namespace);
await executor.start({ ...ordinary, ...order.launch }, AbortSignal.timeout(20_000));
process.send?.('started');
