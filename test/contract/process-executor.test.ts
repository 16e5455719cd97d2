import { probeIsolation, withoutNamespaces } from '../../src/executors/process/probe-isolation.ts';
import { executorContract } from './executor-contract.ts';
import { openProcessBench } from './process-bench.ts';

const found = await probeIsolation();
const lane = { environment: {} };

executorContract(`process (${found.kind})`, () => openProcessBench(found, lane));
if (found.kind === 'namespaces') {
  const weaker = withoutNamespaces(found.restoresSignals, 'as a test wants it');
  executorContract('process (session)', () => openProcessBench(weaker, lane));
}
if (found.nested) {
  executorContract('process (one PID namespace)', () => openProcessBench({ ...found, nested: false }, lane));
}
if (found.canDropUid) {
  const nobody = { ...lane, owner: { uid: 65534, gid: 65534 } };
  executorContract('process (as another user)', () => openProcessBench(found, nobody));
}
