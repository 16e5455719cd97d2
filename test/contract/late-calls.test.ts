import { probeIsolation, withoutNamespaces } from '../../src/executors/process/probe-isolation.ts';
import { lateCallsContract } from './late-calls-contract.ts';
import { openProcessBench } from './process-bench.ts';
import { openScriptedBench } from './scripted-bench.ts';

const found = await probeIsolation();
const lane = { environment: {} };

lateCallsContract('scripted', openScriptedBench);
lateCallsContract(`process (${found.kind})`, () => openProcessBench(found, lane));
if (found.kind === 'namespaces') {
  const weaker = withoutNamespaces(found.restoresSignals, 'as a test wants it');
  lateCallsContract('process (session)', () => openProcessBench(weaker, lane));
}
