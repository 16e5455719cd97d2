import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { ArmClient } from '../../src/client/arm-client.ts';
import type { CommandRef } from '../../src/client/session.ts';
import { clusterResourceId } from '../../src/core/resource-id.ts';
import { shortened } from '../shortened.ts';
import { type LiveServer, startLiveServer } from './live-server.ts';
import { firstOutput, readOutput } from './read-output.ts';
import { seededRandom } from './seeded-random.ts';

const longarm = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin/longarm.mjs');
const version = 'api-version=2025-05-01';
const kills = shortened(200, 20);

describe('a client that vanishes', () => {
  let server: LiveServer;
  let client: ArmClient;
  let token: string;
  before(async () => {
    server = await startLiveServer();
    client = server.client();
    token = await client.token();
  });
  after(() => server.stop());

  /** A connection of its own, over which a request is written by hand. */
  async function dial(): Promise<TLSSocket> {
    const socket = connect({ host: server.endpoint.hostname, port: Number(server.endpoint.port), ca: server.ca });
    socket.on('error', () => undefined); // A reset is what these tests are about.
    await once(socket, 'secureConnect');
    return socket;
  }

  function head(method: string, path: string, headers: readonly string[]): string {
    const lines = [`Host: ${server.endpoint.host}`, `Authorization: Bearer ${token}`, ...headers];
    return `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
  }

  const commandPath = (ref: CommandRef, below: string): string =>
    `${clusterResourceId(server.cluster)}/commandResults/${ref.id}${below}`;
  const runPath = (): string => `${clusterResourceId(server.cluster)}/runCommand?${version}`;

  async function listed(): Promise<readonly string[]> {
    const ids: string[] = [];
    for await (const { id } of client.list(server.cluster)) ids.push(id);
    return ids;
  }

  /** A command that goes on until the gate is opened, and leaves a line for each time that it ran. */
  async function gated(name: string) {
    const ran = join(server.folder, `${name}-ran`);
    const gate = join(server.folder, `${name}-gate`);
    const command = `echo ran >>${ran}; echo begun; while [ ! -e ${gate} ]; do sleep 0.02; done; echo over; exit 6`;
    const ref = await client.submit(server.cluster, { command }, { keepsIdempotencyKeys: true });
    await firstOutput(client, ref);
    const assertRightEnd = async (): Promise<void> => {
      writeFileSync(gate, '');
      const { properties } = await client.waitForEnd(ref);
      assert.deepEqual([properties.exitCode, properties.logs], [6, 'begun\nover\n']);
      assert.equal(readFileSync(ran, 'utf8'), 'ran\n');
    };
    return { ref, assertRightEnd };
  }

  const long = 'Content-Length: 4000';
  const cuts: Readonly<Record<string, readonly [header: string, piece: (body: string) => string]>> = {
    'with a length': [long, (body) => body.slice(0, -1)],
    'that is JSON already, short of its length': [long, (body) => body],
    'in chunks': ['Transfer-Encoding: chunked', (body) => `${body.length.toString(16)}\r\n${body}\r\n`],
  };
  for (const [name, [header, piece]] of Object.entries(cuts)) {
    for (const way of ['reset', 'closed'] as const) {
      test(`in the middle of a body ${name}, ${way}: no command is made of it`, async () => {
        const ran = join(server.folder, `cut-${randomUUID()}`);
        const body = JSON.stringify({ command: `echo ran >>${ran}` });
        const before = await listed();
        const socket = await dial();
        const expect = ['Content-Type: application/json', 'Expect: 100-continue', header];
        socket.write(head('POST', runPath(), expect));
        const [answer] = await once(socket, 'data');
        assert.match(String(answer), /^HTTP\/1\.1 100 /);
        const closed = once(socket, 'close');
        await new Promise<void>((resolve) => socket.write(piece(body), () => resolve()));
        if (way === 'reset') socket.destroy();
        else socket.end();
        socket.resume();
        await closed;
        assert.deepEqual(await listed(), before);
        assert.ok(!existsSync(ran));
      });
    }
  }

  test('before it has the answer to a submit: sent again it is the same command, which runs once', async () => {
    const ran = join(server.folder, 'answer-lost');
    const body = JSON.stringify({ command: `echo ran >>${ran}; exit 8` });
    const key = randomUUID();
    const headers = ['Content-Type: application/json', `Content-Length: ${body.length}`, `Idempotency-Key: ${key}`];
    const post = async (): Promise<string> => {
      const socket = await dial();
      socket.write(head('POST', runPath(), headers) + body);
      const [answer] = await once(socket, 'data');
      socket.destroy();
      return String(answer);
    };
    // The first answer reaches nobody: it is only waited for so that it is known to have been under way.
    await post();
    const answer = await post();
    assert.match(answer, /^HTTP\/1\.1 202 /);
    const id = /commandResults\/([0-9a-f]{32})/.exec(answer)?.[1] ?? '';
    const { properties } = await client.waitForEnd({ cluster: server.cluster, id });
    assert.equal(properties.exitCode, 8);
    await server.nothingLeft();
    assert.equal(readFileSync(ran, 'utf8'), 'ran\n');
  });

  test('during a held poll and a follow, fifty times each: the command ends once, and no socket is kept', async () => {
    const { ref, assertRightEnd } = await gated('held');
    const before = server.sockets();
    const polling = head('GET', commandPath(ref, `?${version}`), ['Prefer: wait=20']);
    const following = head('GET', commandPath(ref, `/output?follow=true&${version}`), []);
    const sockets = await Promise.all(
      Array.from({ length: 100 }, async (_socket, index) => {
        const socket = await dial();
        socket.write(index % 2 === 0 ? polling : following);
        if (index % 2 === 1) await once(socket, 'data');
        return socket;
      }),
    );
    assert.ok(server.sockets() >= sockets.length);
    for (const [index, socket] of sockets.entries()) {
      if (index % 4 < 2) socket.destroy();
      else socket.end();
    }
    for (let look = 0; server.sockets() > before && look < 500; look += 1) await sleep(20);
    assert.ok(server.sockets() <= before, `${server.sockets()} sockets are open, and ${before} were`);
    for (const socket of sockets) socket.destroy();
    await assertRightEnd();
  });

  test('in the middle of a follow: another one goes on from where it was', async () => {
    const { ref, assertRightEnd } = await gated('follow');
    const socket = await dial();
    socket.write(head('GET', commandPath(ref, `/output?follow=true&${version}`), []));
    await once(socket, 'data');
    socket.destroy();
    const rest = readOutput(client, ref, { from: 'begun\n'.length });
    await assertRightEnd();
    assert.equal((await rest).bytes, 'over\n'.length);
  });

  test(`killed at a random moment of \`longarm invoke\`, ${kills.title} times: what was taken runs once, to its end`, async (t) => {
    const seed = randomInt(2 ** 31);
    const random = seededRandom(seed);
    const before = await listed();
    const ran = join(server.folder, 'invoked');
    for (let index = 0; index < kills.count; index += 1) {
      const command = `echo ${index} >>${ran}; sleep 0.1; echo over; exit 6`;
      const args = [longarm, 'invoke', 'local', '--connection', server.connectionFile, '--', command];
      const child = spawn(process.execPath, args, { stdio: 'ignore' });
      const exited = once(child, 'exit');
      await Promise.race([exited, sleep(Math.floor(random() * 1200))]);
      child.kill('SIGKILL');
      await exited;
    }
    const taken = (await listed()).slice(0, -before.length);
    for (const id of taken) {
      const { properties } = await client.waitForEnd({ cluster: server.cluster, id });
      assert.deepEqual([properties.exitCode, properties.logs], [6, 'over\n'], `seed ${seed}`);
    }
    await server.nothingLeft();
    t.diagnostic(`seed ${seed}: ${taken.length} of ${kills.count} were taken before the kill`);
    const lines = readFileSync(ran, { encoding: 'utf8', flag: 'a+' }).split('\n').slice(0, -1);
    assert.deepEqual([lines.length, new Set(lines).size], [taken.length, taken.length], `seed ${seed}`);
  });
});
