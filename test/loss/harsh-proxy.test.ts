import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Harshness, type HarshProxy, startHarshProxy } from './harsh-proxy.ts';
import { type LiveServer, startLiveServer } from './live-server.ts';
import { digestOf, readOutput } from './read-output.ts';

const longarm = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin/longarm.mjs');
const mib = 1024 * 1024;
const idleMs = 1000;

describe('through a proxy that cuts connections', () => {
  let server: LiveServer;
  before(async () => {
    server = await startLiveServer();
  });
  after(() => server.stop());

  async function proxied(t: TestContext, harshness: Harshness) {
    const proxy = await startHarshProxy(server.endpoint, harshness);
    t.after(() => proxy.close());
    return { proxy, client: server.client({ endpoint: proxy.endpoint }) };
  }

  /** Runs `longarm invoke` by way of the proxy. */
  async function invoke(proxy: HarshProxy, command: string) {
    const connection = join(server.folder, 'proxied.json');
    const direct = readFileSync(server.connectionFile, 'utf8');
    writeFileSync(connection, direct.replace(server.endpoint.origin, proxy.endpoint));
    const args = [longarm, 'invoke', 'local', '--connection', connection, '--', command];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const closed = once(child, 'close');
    const stdout = await buffer(child.stdout);
    const [code] = await closed;
    return { code: Number(code), stdout };
  }

  test('a held poll that is cut each second while the command is silent ends with its true exit code', async (t) => {
    const { proxy, client } = await proxied(t, { idleMs });
    const command = 'sleep 4; echo over; exit 37';
    const ref = await client.submit(server.cluster, { command }, { keepsIdempotencyKeys: true });
    const { properties } = await client.waitForEnd(ref);
    assert.deepEqual([properties.exitCode, properties.logs], [37, 'over\n']);
    assert.ok(proxy.cuts() >= 2, `the proxy cut ${proxy.cuts()} connections`);
  });

  test('`longarm invoke` that is cut each second of silence prints every line and exits as the command did', async (t) => {
    const { proxy } = await proxied(t, { idleMs });
    const { code, stdout } = await invoke(proxy, 'for i in 1 2 3; do echo "line $i"; sleep 1.5; done; exit 38');
    assert.deepEqual([code, stdout.toString()], [38, 'line 1\nline 2\nline 3\n']);
    assert.ok(proxy.cuts() >= 2, `the proxy cut ${proxy.cuts()} connections`);
  });

  test('a follow that is cut after each MiB of it gives every byte once, and the true exit code', async (t) => {
    const { proxy, client } = await proxied(t, { answerBytes: mib });
    const lines = Buffer.from(Array.from({ length: 300_000 }, (_line, index) => `line ${index}\n`).join(''));
    const file = join(server.folder, 'lines');
    writeFileSync(file, lines);
    const command = `cat ${file}; exit 39`;
    const ref = await client.submit(server.cluster, { command }, { keepsIdempotencyKeys: true });
    const { result, ...read } = await readOutput(client, ref);
    assert.deepEqual(read, digestOf(lines));
    assert.equal(result.properties.exitCode, 39);
    const followCuts = proxy.cuts();
    assert.ok(followCuts >= Math.floor(lines.length / mib), `the proxy cut ${followCuts} connections`);
    const { result: _same, ...again } = await readOutput(client, ref, { follow: false, from: 0 });
    assert.deepEqual(again, digestOf(lines));
    const { code, stdout } = await invoke(proxy, command);
    assert.deepEqual([code, digestOf(stdout)], [39, digestOf(lines)]);
  });

  test('a submit whose answers are cut, each at another byte, is sent again and runs once', async (t) => {
    const effects = join(server.folder, 'effects');
    // From within the handshake to behind the answer.
    const places = Array.from({ length: 13 }, (_place, index) => 1000 + 250 * index);
    for (const answerBytes of places) {
      const { proxy, client } = await proxied(t, { answerBytes, mostCuts: 2 });
      const command = `echo ${answerBytes} >>${effects}`;
      const ref = await client.submit(server.cluster, { command }, { keepsIdempotencyKeys: true });
      assert.equal((await client.waitForEnd(ref)).properties.exitCode, 0);
      assert.equal(proxy.cuts(), 2);
    }
    await server.nothingLeft();
    assert.equal(readFileSync(effects, 'utf8'), places.map((place) => `${place}\n`).join(''));
  });
});
