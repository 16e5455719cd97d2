import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeFolder } from './run-verb.ts';

const bin = fileURLToPath(new URL('../../bin/longarm.mjs', import.meta.url));
const deadline = { timeout: 120_000 };

interface Server {
  readonly connection: string;
  /** Kills it as a crash would. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A server of our own in a folder of its own; both are gone after the test. */
async function startServer(t: TestContext): Promise<Server> {
  const folder = await makeFolder(t);
  const connection = join(folder, 'connection.json');
  let child: ChildProcess | undefined;
  let port = '0';

  async function start(): Promise<void> {
    const words = ['quickstart', '--data-dir', folder, '--port', port, '--', 'true'];
    const started = spawn(process.execPath, [bin, ...words], { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder });
    child = started;
    let said = '';
    started.stderr.setEncoding('utf8');
    for await (const chunk of started.stderr.iterator({ destroyOnReturn: false })) {
      said += String(chunk);
      if (said.includes('Longarm is up at')) break;
    }
    assert.ok(said.includes('Longarm is up at'), said);
    started.stderr.resume();
    const { endpoint } = JSON.parse(await readFile(connection, 'utf8')) as { endpoint: string };
    port = new URL(endpoint).port;
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  t.after(() => end('SIGINT'));
  await start();
  return { connection, kill: () => end('SIGKILL'), start };
}

function longarm(server: Server, words: readonly string[]) {
  const child = spawn(process.execPath, [bin, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], LONGARM_CONNECTION: server.connection },
  });
  const exited = once(child, 'exit').then(([code]) => Number(code));
  const ended = Promise.all([exited, text(child.stdout), text(child.stderr)]);
  return { child, ended: ended.then(([code, stdout, stderr]) => ({ code, stdout, stderr })) };
}

/** Waits until a file is there, by the system's word for it. */
async function fileAppears(path: string, signal: AbortSignal): Promise<void> {
  const changes = watch(join(path, '..'), { signal });
  changes.on('error', () => undefined);
  try {
    while (!existsSync(path)) await once(changes, 'change', { signal });
  } finally {
    changes.close();
  }
}

describe('longarm against its own server', () => {
  test('stdout and stderr arrive in their order, and the exit code is the command’s', deadline, async (t) => {
    const server = await startServer(t);
    const ran = await longarm(server, ['invoke', 'local', '--', 'echo out; echo err >&2; exit 7']).ended;
    assert.deepEqual([ran.code, ran.stdout], [7, 'out\nerr\n']);
  });

  test(
    'a server whose certificate is not trusted gets no token, and the message says what to do',
    deadline,
    async (t) => {
      const server = await startServer(t);
      const fields = JSON.parse(await readFile(server.connection, 'utf8')) as Record<string, string>;
      const bare = join(server.connection, '..', 'bare.json');
      await writeFile(bare, JSON.stringify({ ...fields, caFile: undefined }));
      const ran = await longarm(server, ['list', '--connection', bare]).ended;
      assert.equal(ran.code, 1);
      assert.match(ran.stderr, /CertificateRefused: The certificate of 127\.0\.0\.1:\d+ is not trusted.*--ca-file/s);
      const trusted = await longarm(server, ['list', '--connection', bare, '--ca-file', fields['caFile'] ?? '']).ended;
      assert.equal(trusted.code, 0, trusted.stderr);
    },
  );

  test('Ctrl-C cancels the command, whose end gives 130', deadline, async (t) => {
    const server = await startServer(t);
    const { child, ended } = longarm(server, ['invoke', 'local', '--', 'echo begun; exec sleep 600']);
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    assert.equal(code, 130);
    assert.match(stderr, /Cancelled\./);
  });

  test('SIGTERM ends the client with 143, and the command goes on', deadline, async (t) => {
    const server = await startServer(t);
    const { child, ended } = longarm(server, ['invoke', 'local', '--', 'echo begun; exec sleep 600']);
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    const { code, stderr } = await ended;
    assert.equal(code, 143);
    const id = /Command ([0-9a-f]{32}) goes on/.exec(stderr)?.[1] ?? '';
    assert.equal((await longarm(server, ['result', 'local', id]).ended).code, 75);
    assert.match((await longarm(server, ['cancel', id]).ended).stderr, /was told to stop/);
    await longarm(server, ['result', 'local', id, '--wait']).ended;
    assert.match((await longarm(server, ['cancel', id]).ended).stderr, /had already ended: cancelled/);
  });

  test('a killed client’s command goes on, and its result is found', deadline, async (t) => {
    const server = await startServer(t);
    const folder = await makeFolder(t);
    const script = `echo begun; until [ -e '${folder}/go' ]; do sleep 0.1; done; echo over; exit 5`;
    const { child, ended } = longarm(server, ['invoke', 'local', '--', script]);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    const id = /[0-9a-f]{32}/.exec((await ended).stderr)?.[0] ?? '';
    const early = await longarm(server, ['result', 'local', id]).ended;
    assert.equal(early.code, 75);
    await longarm(server, ['invoke', 'local', '--', `touch '${folder}/go'`]).ended;
    const late = await longarm(server, ['result', 'local', id, '--wait']).ended;
    assert.deepEqual([late.code, late.stdout], [5, 'begun\nover\n']);
  });

  test('a client that follows survives the server’s death and restart without a gap', deadline, async (t) => {
    const server = await startServer(t);
    const folder = await makeFolder(t);
    const script = [
      'i=0',
      `while [ $i -lt 60 ]; do i=$((i + 1)); echo "line $i"; [ $i -ne 20 ] || touch '${folder}/half'; sleep 0.1; done`,
      'exit 9',
    ].join('\n');
    const { ended } = longarm(server, ['invoke', 'local', '--', script]);
    await fileAppears(join(folder, 'half'), AbortSignal.timeout(60_000));
    await server.kill();
    await server.start();
    const { code, stdout } = await ended;
    const expected = Array.from({ length: 60 }, (_, index) => `line ${index + 1}\n`).join('');
    assert.deepEqual([code, stdout], [9, expected]);
  });
});
