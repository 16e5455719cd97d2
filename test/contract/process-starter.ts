// A server that starts one command and is then killed: run as a process of its own by `process-bench.ts`.
import { ordinary } from './executor-samples.ts';
import { processExecutorAt, type StarterOrder } from './process-bench.ts';

const told = Promise.withResolvers<StarterOrder>();
process.once('message', told.resolve);
const order = await told.promise;
const executor = await processExecutorAt(order);
await executor.start({ ...ordinary, ...order.launch }, AbortSignal.timeout(20_000));
process.send?.('started');
