import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { shortened } from '../shortened.ts';
import { inParallel } from './in-parallel.ts';
import { type LiveServer, startLiveServer } from './live-server.ts';

const commands = shortened(1000, 10);
const width = 32;

describe('short commands, many at once', () => {
  let server: LiveServer;
  before(async () => {
    server = await startLiveServer({ flags: ['--concurrent', String(width)] });
  });
  after(() => server.stop());

  test(`${commands.title} commands that print their number and exit with it: every line and every code is right`, async (t) => {
    const client = server.client();
    const began = performance.now();
    const results = await inParallel(commands.count, width, async (index) => {
      const command = `echo ${index}; exit ${index % 256}`;
      const ref = await client.submit(server.cluster, { command }, { keepsIdempotencyKeys: true });
      const { properties } = await client.waitForEnd(ref);
      const { provisioningState, exitCode, logs, longarm } = properties;
      return [provisioningState, exitCode, logs, longarm?.complete];
    });
    t.diagnostic(
      `${commands.count} commands in ${((performance.now() - began) / 1000).toFixed(1)} s, ${width} at once`,
    );
    results.forEach((result, index) => {
      assert.deepEqual(result, ['Succeeded', index % 256, `${index}\n`, true], `command ${index}`);
    });
  });

  test('each of them is in the list once, and nothing is left of any', async () => {
    const ids = new Set<string>();
    let listed = 0;
    for await (const { id } of server.client().list(server.cluster)) {
      ids.add(id);
      listed += 1;
    }
    // The first command of the quickstart itself is the one more.
    assert.deepEqual([listed, ids.size], [commands.count + 1, commands.count + 1]);
    await server.nothingLeft();
  });
});
