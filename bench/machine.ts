import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { sampleOf } from './sample.ts';

/** What a run was made on: figures of different machines are not to be compared. */
export interface Machine {
  readonly cpu: string;
  readonly cpus: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  /** The file system of the temporary directory. */
  readonly disk: string;
  /** How long it takes to make 4 KiB durable there: the median, in milliseconds. */
  readonly fsyncMs: number;
  /** How many processes wanted to run in the minute before. */
  readonly loadBefore: number;
}

/** Looks at the machine; `directory` is where the measures will work. */
export function machineShape(directory: string): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model ?? 'unknown',
    cpus: all.length,
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release()} ${arch()}`,
    node: process.version,
    disk: fileSystemOf(directory),
    fsyncMs: Number(fsyncMs(directory).toFixed(2)),
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** The machine in one line. */
export function describeMachine(machine: Machine): string {
  const { cpu, memoryGib, system, node, disk, fsyncMs: sync, loadBefore } = machine;
  return `${machine.cpus} × ${cpu}, ${memoryGib} GiB, ${system}, Node ${node}, ${disk} (fsync ${sync} ms), load ${loadBefore.toFixed(1)}`;
}

function fsyncMs(directory: string): number {
  const file = join(directory, 'fsync');
  const handle = openSync(file, 'w', 0o600);
  try {
    const values = Array.from({ length: 100 }, (_, i) => {
      writeSync(handle, Buffer.alloc(4096), 0, 4096, i * 4096);
      const began = performance.now();
      fsyncSync(handle);
      return performance.now() - began;
    });
    return sampleOf('ms', values).median;
  } finally {
    closeSync(handle);
    rmSync(file);
  }
}

/** The longest mount point that the directory lies below. */
function fileSystemOf(directory: string): string {
  const mounts = readFileSync('/proc/mounts', 'utf8').trim().split('\n');
  const found = mounts
    .map((line) => line.split(' '))
    .filter(([, point = '']) => `${directory}/`.startsWith(point === '/' ? '/' : `${point}/`))
    .toSorted(([, a = ''], [, b = '']) => a.length - b.length)
    .at(-1);
  return found?.[2] ?? 'unknown';
}
