import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { appears, whenIn } from './crash-trial.ts';
import { type CrashingServer, startCrashingServer } from './crashing-server.ts';

const longarm = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin/longarm.mjs');

describe('kill -9 of the server, and a restart', () => {
  let server: CrashingServer;
  before(async () => {
    server = await startCrashingServer();
  });
  after(() => server.dispose());

  test('a running command goes on, runs once, and its output and exit code are true', async () => {
    const ran = join(server.folder, 'ran');
    const gate = join(server.folder, 'gate');
    const command = `echo ran >>${ran}; echo before; while [ ! -e ${gate} ]; do sleep 0.05; done; echo after; exit 42`;
    const ref = await server.client().submit(server.cluster, { command }, { keepsIdempotencyKeys: true });
    await appears(ran);
    await server.kill();
    writeFileSync(gate, '');
    await server.start();
    const result = await server.client().waitForEnd(ref);
    assert.equal(result.properties.provisioningState, 'Succeeded');
    assert.equal(result.properties.exitCode, 42);
    assert.equal(result.properties.logs, 'before\nafter\n');
    assert.equal(readFileSync(ran, 'utf8'), 'ran\n');
  });

  test('a command that ended while the server was down is completed with its own exit code', async () => {
    const ran = join(server.folder, 'ran-2');
    const done = join(server.folder, 'done-2');
    const gate = join(server.folder, 'gate-2');
    const command = `echo ran >>${ran}; while [ ! -e ${gate} ]; do sleep 0.05; done; echo done; : >${done}; exit 3`;
    const ref = await server.client().submit(server.cluster, { command }, { keepsIdempotencyKeys: true });
    await appears(ran);
    await server.kill();
    writeFileSync(gate, '');
    await appears(done);
    await server.start();
    const { properties } = await server.client().waitForEnd(ref);
    assert.deepEqual([properties.exitCode, properties.logs], [3, 'done\n']);
  });

  test('a time limit holds while the server is down', async () => {
    const begun = join(server.folder, 'begun-6');
    const request = { command: `echo begun >>${begun}; sleep 600`, longarm: { timeoutSeconds: 1 } };
    const ref = await server.client().submit(server.cluster, request, { keepsIdempotencyKeys: true });
    await appears(begun);
    await server.kill();
    await appears(join(server.runsDirectory, ref.id, 'exit'));
    await server.start();
    const { properties } = await server.client().waitForEnd(ref);
    assert.match(properties.reason ?? '', /^TimedOut/);
    assert.equal(readFileSync(begun, 'utf8'), 'begun\n');
  });

  test('a client that was following goes on without a gap', async () => {
    const lines = 20_000;
    const gate = join(server.folder, 'gate-3');
    const half = join(server.folder, 'half-3');
    const count = `i=0; while [ $i -lt ${lines} ]; do echo "line $i"; i=$((i+1)); if [ $i -eq ${lines / 2} ]; then : >${half}; while [ ! -e ${gate} ]; do sleep 0.05; done; fi; done`;
    const client = server.client();
    const ref = await client.submit(server.cluster, { command: count }, { keepsIdempotencyKeys: true });
    const hash = createHash('sha256');
    let bytes = 0;
    const following = (async () => {
      for await (const chunk of client.followOutput(ref)) {
        hash.update(chunk);
        bytes += chunk.length;
      }
    })();
    await appears(half);
    await server.kill();
    writeFileSync(gate, '');
    await server.start();
    await following;
    const expected = Array.from({ length: lines }, (_, i) => `line ${i}\n`).join('');
    assert.equal(bytes, expected.length);
    assert.equal(hash.digest('hex'), createHash('sha256').update(expected).digest('hex'));
  });

  test('longarm invoke, through the crash, prints everything and exits with the command’s exit code', async () => {
    const ran = join(server.folder, 'ran-4');
    const gate = join(server.folder, 'gate-4');
    const command = `echo one; : >${ran}; while [ ! -e ${gate} ]; do sleep 0.05; done; echo two; exit 9`;
    const args = [longarm, 'invoke', 'local', '--connection', server.connectionFile, '--', command];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    const exited = once(child, 'close');
    await appears(ran);
    await server.kill();
    writeFileSync(gate, '');
    await server.start();
    const [code] = await exited;
    assert.deepEqual([code, stdout], [9, 'one\ntwo\n']);
  });

  test('a killed client’s command goes on, and the result finds it', async () => {
    const ran = join(server.folder, 'ran-5');
    const gate = join(server.folder, 'gate-5');
    const command = `: >${ran}; while [ ! -e ${gate} ]; do sleep 0.05; done; echo found; exit 5`;
    const child = spawn(process.execPath, [
      longarm,
      'invoke',
      'local',
      '--connection',
      server.connectionFile,
      '--',
      command,
    ]);
    await appears(ran);
    child.kill('SIGKILL');
    await once(child, 'close');
    writeFileSync(gate, '');
    const client = server.client();
    const newest = await client.list(server.cluster)[Symbol.asyncIterator]().next();
    assert.ok(newest.done !== true);
    const { properties } = await client.waitForEnd({ cluster: server.cluster, id: newest.value.id });
    assert.deepEqual([properties.exitCode, properties.logs], [5, 'found\n']);
  });

  test('nothing of the finished commands is left on the machine', async () => {
    // What the crash left is swept by the next start; the last command is destroyed just after its end is told.
    await whenIn(server.runsDirectory, () => server.leftovers().length === 0);
  });
});
