import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { type ArmServer, startArmServer, version } from '../arm/arm-server.ts';
import { quickToken, type QuickServer, shortTimeouts, startQuickServer } from './quick-server.ts';
import { connectRaw, type RawClient } from './raw-client.ts';

const deadline = { timeout: 30_000 };

describe('clients that take their time', () => {
  let server: ArmServer;
  let quick: QuickServer;
  let secure: QuickServer;
  let cluster: string;
  before(async () => {
    server = await startArmServer();
    quick = await startQuickServer(server);
    secure = await startQuickServer(server, { tls: true });
    cluster = `${server.group}/providers/Microsoft.ContainerService/managedClusters`;
  });
  after(async () => {
    await Promise.all([quick.stop(), secure.stop()]);
    await server.stop();
  });
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  const open = async (): Promise<RawClient> => {
    const client = await connectRaw(quick.port);
    ends.push(() => client.close());
    return client;
  };
  /** Sends a byte now and then, for as long as the server takes it. */
  const trickle = (client: RawClient, byte: string): void => {
    const timer = setInterval(() => client.socket.writable && client.send(byte), 100);
    ends.push(() => clearInterval(timer));
  };
  const headOf = (method: string, target: string, more = '') =>
    `${method} ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${quickToken}\r\n${more}\r\n`;
  const run = () => `${cluster}/scripted/runCommand?${version}`;

  test('headers that come byte by byte are ended with a 408, however steadily they come', deadline, async () => {
    // A whole request may take long here, so that it is its headers that are late.
    const patient = await startQuickServer(server, { timeouts: { ...shortTimeouts, requestMs: 60_000 } });
    const client = await connectRaw(patient.port);
    ends.push(() => client.close());
    client.send(headOf('GET', `${cluster}/scripted?${version}`).slice(0, -2));
    trickle(client, 'x');
    const answer = await client.answer();
    assert.deepEqual([answer.status, answer.code, answer.headers['connection']], [408, 'RequestTimeout', 'close']);
    await client.closed;
    await patient.stop();
  });

  test('a body that comes byte by byte is ended with a 408, and nothing is submitted', deadline, async () => {
    const client = await open();
    client.send(headOf('POST', run(), 'Content-Type: application/json\r\nContent-Length: 1000\r\n'), '{"command":"');
    trickle(client, 'x');
    const answer = await client.answer();
    assert.deepEqual([answer.status, answer.code], [408, 'RequestTimeout']);
    await client.closed;
    const counts = await server.longarm.plane.store.read(({ commands }) => commands.countByPhase());
    assert.deepEqual(counts, {});
  });

  test('a connection that never says a word, or none after its first request, is closed', deadline, async () => {
    const silent = await open();
    await silent.closed;
    const once = await open();
    once.send(headOf('GET', '/healthz'));
    assert.equal((await once.answer()).status, 200);
    await once.closed;
  });

  test(
    'a TLS client that never ends its handshake is cut, and so is one that speaks plain HTTP; others are served',
    deadline,
    async () => {
      const unfinished = connect(secure.port, '127.0.0.1');
      // The first half of a ClientHello: type 22, TLS 1.0, 512 bytes, of which six come.
      unfinished.write(Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]));
      const plain = connect(secure.port, '127.0.0.1');
      plain.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      const garbage = connect(secure.port, '127.0.0.1');
      garbage.write(Buffer.alloc(4096, 0xff));
      // Nothing more is sent: it is the silence that is ended.
      await Promise.all([unfinished, plain, garbage].map(closed));
      const good = connectTls({ port: secure.port, host: '127.0.0.1', rejectUnauthorized: false });
      ends.push(() => good.destroy());
      good.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      const [first] = (await once(good, 'data')) as [Buffer];
      assert.match(first.toString(), /^HTTP\/1\.1 200 /);
    },
  );

  test('an answer that its client does not read is cut', deadline, async () => {
    const limits = { inlineLogsBytes: 16 * 1024 * 1024 };
    const body = { location: 'here', properties: { longarm: { executor: 'scripted', limits } } };
    await server.call('PUT', `${cluster}/large?${version}`, { token: server.administrator, body });
    const path = await server.submit(`stdout ${'x'.repeat(16_000_000)}`, { cluster: 'large' });
    await server.end(path);
    const client = await connectUnread(quick.port, headOf('GET', `${path}?${version}`));
    ends.push(() => client.destroy());
    await ended(client);
  });

  test('a follower that does not read on is cut, while the command goes on', deadline, async () => {
    const path = await server.submit('head -c 20000000 /dev/zero; sleep 600', {
      body: { longarm: { graceSeconds: 0 } },
    });
    const client = await connectUnread(quick.port, headOf('GET', `${path}/output?${version}&follow=true`));
    ends.push(() => client.destroy());
    await ended(client);
    const { json } = await server.call('GET', `${path}?${version}`, { token: server.administrator });
    assert.equal(json.properties.longarm.phase, 'running');
    await server.call('POST', `${path}/cancel?${version}`, { token: server.administrator });
    const result = await server.end(path);
    assert.deepEqual(
      [result.json.properties.provisioningState, result.json.properties.longarm.storedBytes],
      ['Canceled', 20_000_000],
    );
  });

  test('what a refused client goes on sending is passed over for a while and then cut', deadline, async () => {
    // A whole request may take long here, so that it is the refused one that is cut.
    const patient = await startQuickServer(server, { timeouts: { ...shortTimeouts, requestMs: 60_000 } });
    const client = await connectRaw(patient.port);
    ends.push(() => client.close());
    client.send(headOf('POST', run(), 'Content-Type: application/json\r\nContent-Length: 1000000000\r\n'));
    assert.equal((await client.answer()).status, 413);
    trickle(client, 'x');
    await client.closed;
    await patient.stop();
  });

  test('a client that is refused by the HTTP parser and never closes is cut', deadline, async () => {
    const client = connect({ port: quick.port, host: '127.0.0.1', allowHalfOpen: true });
    ends.push(() => client.destroy());
    client.write('NOT HTTP\r\n\r\n');
    client.resume();
    const timer = setInterval(() => client.write('x'), 100);
    ends.push(() => clearInterval(timer));
    await ended(client);
  });

  test('none of it was logged as a fault of the server', () => {
    assert.deepEqual(
      [...quick.logged, ...secure.logged].filter(({ level }) => Number(level) >= 50),
      [],
    );
  });

  test('a body that its client breaks off is no fault of the server either', deadline, async () => {
    for (let sent = 0; sent < 5; sent++) {
      const client = await open();
      client.send(headOf('POST', run(), 'Content-Type: application/json\r\nContent-Length: 1000\r\n'), '{"command":');
      // Answered on another connection, so the first was read.
      const other = await open();
      other.send(headOf('GET', '/healthz'));
      await other.answer();
      client.close();
      await client.closed;
    }
    const last = await startQuickServer(server);
    await last.stop();
    assert.deepEqual(
      quick.logged.filter(({ level }) => Number(level) >= 50),
      [],
    );
  });
});

/** Sends a request and reads nothing of what comes. */
async function connectUnread(port: number, request: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.pause();
  socket.write(request);
  return socket;
}

/** Resolves when the other side has closed the connection. */
async function closed(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on('error', () => undefined);
  socket.once('close', () => resolve());
  socket.resume();
  await promise;
}

/** Resolves when the other side has ended or reset the connection. Reads nothing: writing finds out. */
async function ended(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const probe = setInterval(() => socket.writable && socket.write('\r\n'), 100);
  socket.on('error', () => resolve());
  socket.once('close', () => resolve());
  await promise;
  clearInterval(probe);
}
