import { executorContract } from '../../contract/executor-contract.ts';
import { lateCallsContract } from '../../contract/late-calls-contract.ts';
import { openKubernetesBench } from './kubernetes-bench.ts';

executorContract('pods of a real cluster', openKubernetesBench);
lateCallsContract('pods of a real cluster', openKubernetesBench);
