import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type ArmServer, startArmServer, version } from '../arm/arm-server.ts';
import { portOf } from './raw-client.ts';

const outputBytes = 200 * 1024 * 1024;
/** What memory may grow by. Output that were kept for a follower would take more than three times as much. */
const growthLimitBytes = 64 * 1024 * 1024;
const command = `head -c ${outputBytes} /dev/zero`;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

describe('followers that never read', { timeout: 180_000 }, () => {
  let server: ArmServer;
  before(async () => {
    server = await startArmServer();
  });
  after(() => server.stop());

  /** Follows and reads nothing, not even the headers. */
  const follow = async (path: string): Promise<Socket> => {
    const ca = readFileSync(server.longarm.caFile ?? '');
    const socket = connect({ host: '127.0.0.1', port: portOf(server.longarm), ca });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    socket.pause();
    socket.write(
      `GET ${path}/output?${version}&follow=true HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.administrator}\r\n\r\n`,
    );
    return socket;
  };
  const run = async (followers: number): Promise<{ readonly seconds: number; readonly growth: number }> => {
    const started = performance.now();
    const path = await server.submit(command);
    const sockets = await Promise.all(Array.from({ length: followers }, () => follow(path)));
    const before = heldBytes();
    let most = before;
    for (;;) {
      const headers = { prefer: 'wait=1' };
      const answer = await server.call('GET', `${path}?${version}`, { token: server.administrator, headers });
      most = Math.max(most, heldBytes());
      if (answer.status === 202) continue;
      assert.deepEqual(
        [answer.json.properties.exitCode, answer.json.properties.longarm.storedBytes],
        [0, outputBytes],
        answer.text.slice(0, 500),
      );
      break;
    }
    const seconds = (performance.now() - started) / 1000;
    // The followers were there all the time, and nobody read from them.
    for (const socket of sockets) {
      assert.ok(!socket.destroyed);
      socket.destroy();
    }
    await server.call('DELETE', `${path}?${version}`, { token: server.administrator });
    return { seconds, growth: most - before };
  };

  test('cost memory that does not grow with the output, and hold up neither command nor server', async (context) => {
    await run(0);
    const alone = await run(0);
    const followed = await run(5);
    const mib = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
    context.diagnostic(
      `200 MiB: ${alone.seconds.toFixed(1)} s alone, ${followed.seconds.toFixed(1)} s with five followers`,
    );
    context.diagnostic(
      `memory grew by ${mib(alone.growth)} MiB alone, ${mib(followed.growth)} MiB with five followers`,
    );
    assert.ok(followed.growth < growthLimitBytes, `memory grew by ${mib(followed.growth)} MiB`);
    assert.ok(followed.seconds < 3 * alone.seconds + 2, `${followed.seconds} s in place of ${alone.seconds} s`);
  });
});

/** Memory that is in use and not only not yet collected: the heap, and what buffers hold outside of it. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
