import { executorContract } from './executor-contract.ts';
import { openScriptedBench } from './scripted-bench.ts';

executorContract('scripted', openScriptedBench);
