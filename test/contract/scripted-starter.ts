// A server that starts one scripted command and is then killed: run as a process of its own by `scripted-bench.ts`.
import { createScriptedExecutor } from '../../src/executors/scripted/scripted-executor.ts';
import { machineClock, ordinary } from './executor-samples.ts';
import type { ScriptedOrder } from './scripted-bench.ts';

const told = Promise.withResolvers<ScriptedOrder>();
process.once('message', told.resolve);
const order = await told.promise;
const executor = await createScriptedExecutor({ ...order, clock: machineClock });
await executor.start({ ...ordinary, ...order.launch }, AbortSignal.timeout(20_000));
process.send?.('started');
