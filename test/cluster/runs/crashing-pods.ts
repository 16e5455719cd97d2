import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CrashControl, crashVariable } from '../../crash/crash-control.ts';
import { type PodServer, startPodServer } from '../pod-server.ts';

const preload = join(import.meta.dirname, 'programs/request-crash-points.ts');

/** A server of pods that dies where it is told to. */
export interface CrashingPods extends PodServer {
  /** Lets the server die at this crash point, or at none. */
  arm(point: string | undefined): void;
  /** Notes the crash points that are passed while `work` goes on. @returns each as often as it was passed. */
  trace(work: () => Promise<void>): Promise<readonly string[]>;
}

/** Starts one with the crash points of `programs/request-crash-points.ts`. */
export async function startCrashingPods(): Promise<CrashingPods> {
  const folder = mkdtempSync(join(tmpdir(), 'crashing-'));
  const dataDirectory = join(folder, 'state');
  // All folders of output are there, as they are after some hundreds of commands: which of them a new one needs is chance.
  for (let shard = 0; shard < 256; shard += 1) {
    const path = join(dataDirectory, 'outputs', shard.toString(16).padStart(2, '0'));
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }
  const control: CrashControl = {
    root: dataDirectory,
    armFile: join(folder, 'crash-at'),
    traceFile: join(folder, 'crash-trace'),
  };
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const environment = { [crashVariable]: JSON.stringify(control) };
    const pods = await startPodServer({ preload, environment, dataDirectory });
    const dispose = pods.dispose.bind(pods);
    return Object.assign(pods, {
      arm: (point: string | undefined) => {
        if (point === undefined) rmSync(control.armFile, { force: true });
        else writeFileSync(control.armFile, point);
      },
      trace: async (work: () => Promise<void>) => {
        writeFileSync(control.traceFile, '');
        await work();
        const points = readFileSync(control.traceFile, 'utf8').split('\n').slice(0, -1);
        rmSync(control.traceFile);
        return points;
      },
      dispose: () => dispose().finally(remove),
    });
  } catch (error) {
    remove();
    throw error;
  }
}
