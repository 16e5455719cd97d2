import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Tally } from './fault.ts';
import { type Played, type Share, together } from './played.ts';

/**
 * Plays the schedules with these seeds, in as many threads as the machine has processors.
 * @param end is not played any more.
 */
export async function playSchedules(first: number, end: number): Promise<Played> {
  // Nothing is proven here about disks, and in memory there is time for more schedules.
  const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const directory = await mkdtemp(join(parent, 'longarm-record-'));
  try {
    const step = Math.min(availableParallelism(), end - first);
    const shares = Array.from({ length: step }, (_, at): Share => ({ first: first + at, step, end, directory }));
    return together(await Promise.all(shares.map((share) => inThread(share))));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function inThread(share: Share): Promise<Played> {
  const { promise, resolve, reject } = Promise.withResolvers<Played>();
  // A thread's own temporary directory: the stores of its lanes are made there.
  const thread = new Worker(new URL('play-share.ts', import.meta.url), {
    workerData: share,
    env: { ...process.env, TMPDIR: share.directory },
  });
  thread.once('message', ({ counts, ...played }) => resolve({ ...played, tally: new Tally(counts) }));
  thread.once('error', reject);
  thread.once('exit', (code) => reject(new Error(`A thread ended with ${code} and said nothing.`)));
  return promise;
}
