import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startBenchServer, submit, untilEnded, versioned } from './bench-server.ts';
import { inTurn, type Measure, ratio, value } from './measure.ts';
import { peakResidentBytes } from './process-figures.ts';
import { sampleOf } from './sample.ts';

const bytes = 1024 ** 3;
const writeIt = `head -c ${bytes} /dev/zero`;

/** How fast a large output reaches the sealed store, and what that takes of memory. */
export const outputToStore: Measure = {
  name: 'output-to-store',
  deadlineMs: 240_000,
  run: async (place) => {
    const server = await startBenchServer(place, [{ name: 'process', executor: 'process' }]);
    try {
      const caller = server.caller(1);
      const cluster = server.cluster('process');
      const file = join(place.directory, 'bare');
      const pair = await inTurn(
        'MiB/s',
        3,
        1,
        () => rateOf(() => hashToFile(file)),
        async () => {
          let result = '';
          const rate = await rateOf(async () => {
            result = await submit(caller, cluster, writeIt);
            const { text } = await untilEnded(caller, result, place.signal);
            if (!text.includes(`"storedBytes":${bytes}`)) throw new Error(`Not all was stored: ${text.slice(-500)}`);
          });
          await caller.call('DELETE', versioned(result.split('?')[0] ?? ''));
          return rate;
        },
      );
      const peak = sampleOf('MiB', [peakResidentBytes(server.pid) / 1024 ** 2]);
      const against = 'from memory through sha256 to a file, with fsync at the end';
      const what = '1 GiB of output, from the POST to the sealed store, process lane';
      return [
        ratio({ name: 'output-to-store', what, against, reach: { bound: 'at least', value: 0.6 } }, pair),
        value(
          {
            name: 'output-memory',
            what: 'the server’s largest RSS meanwhile',
            reach: { bound: 'at most', value: 250 },
          },
          peak,
        ),
      ];
    } finally {
      await server.stop();
    }
  },
};

async function rateOf(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return bytes / 1024 ** 2 / ((performance.now() - began) / 1000);
}

async function hashToFile(path: string): Promise<void> {
  const handle = await open(path, 'w', 0o600);
  try {
    const hash = createHash('sha256');
    const piece = new Uint8Array(256 * 1024);
    for (let written = 0; written < bytes;) {
      hash.update(piece);
      written += (await handle.write(piece)).bytesWritten;
    }
    await handle.sync();
    hash.digest();
  } finally {
    await handle.close();
    await rm(path);
  }
}
