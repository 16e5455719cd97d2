import { createDenialLog } from '../src/control-plane/denials.ts';
import type { ControlPlane } from '../src/control-plane/dependencies.ts';
import { defaultLimits } from '../src/core/limits.ts';
import { checkKubeconfig } from '../src/main/check-kubeconfig.ts';
import { createContextReader } from '../src/main/context-reader.ts';
import { dataPaths, openStore } from '../src/main/data-directory.ts';
import { createInProcessBell } from '../src/main/in-process-bell.ts';
import { randomIds } from '../src/main/random-ids.ts';
import { systemClock } from '../src/main/system-clock.ts';
import { openOutputFiles } from '../src/store/files/open-output-files.ts';

/** A control plane on a data directory, without a server around it: what store and use cases cost by themselves. */
export interface BenchPlane extends AsyncDisposable {
  readonly plane: ControlPlane;
}

/** Opens one. Its own limits stand for those of clusters that set none. */
export async function openBenchPlane(dataDir: string): Promise<BenchPlane> {
  const store = await openStore(dataDir);
  const outputs = await openOutputFiles(dataPaths(dataDir).outputs);
  return {
    plane: {
      store,
      denials: createDenialLog(store, systemClock),
      outputs,
      bell: createInProcessBell(systemClock),
      clock: systemClock,
      ids: randomIds,
      contexts: createContextReader(1024 ** 2),
      checkKubeconfig,
      limits: { ...defaultLimits, waiting: 1_000_000 },
      leaseMs: 30_000,
    },
    async [Symbol.asyncDispose]() {
      await outputs.close();
      await store.close();
    },
  };
}
