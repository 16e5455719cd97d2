import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { type ArmServer, startArmServer, version } from '../arm/arm-server.ts';
import { startQuickServer } from './quick-server.ts';
import { connectRaw, portOf, type RawClient } from './raw-client.ts';

const body = '{"command":"exit 0"}';
const chunked = 'Transfer-Encoding: chunked\r\n';

describe('what is sent to a socket', () => {
  let server: ArmServer;
  let cluster: string;
  before(async () => {
    server = await startArmServer();
    cluster = `${server.group}/providers/Microsoft.ContainerService/managedClusters/scripted`;
  });
  after(() => server.stop());
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  const open = async (): Promise<RawClient> => {
    const client = await connectRaw(server.longarm);
    ends.push(() => client.close());
    return client;
  };
  const get = (headers = '', path = '/healthz') => `GET ${path} HTTP/1.1\r\n${headers}\r\n`;
  const signedIn = () => `Host: x\r\nAuthorization: Bearer ${server.administrator}\r\n`;
  const post = (headers: string, rest = body) =>
    `POST ${cluster}/runCommand?${version} HTTP/1.1\r\n${signedIn()}Content-Type: application/json\r\n${headers}\r\n${rest}`;
  /** A request that must never be seen as one: the rest of what stands before it. */
  const smuggled = () => `DELETE ${cluster}?${version} HTTP/1.1\r\n${signedIn()}\r\n`;
  const clusterIsThere = async () =>
    (await server.call('GET', `${cluster}?${version}`, { token: server.administrator })).status === 200;
  const submitted = async () =>
    Object.values(await server.longarm.plane.store.read(({ commands }) => commands.countByPhase())).reduce(
      (sum, count) => sum + count,
      0,
    );

  test('a wish for a tunnel that is torn off leaves a server that answers', async () => {
    // Over TLS a reset does not come through as one.
    const plain = await startQuickServer(server);
    try {
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const client = await connectRaw(plain.port);
        client.socket.on('error', () => undefined);
        client.send('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n');
        client.socket.resetAndDestroy();
      }
      const after = await connectRaw(plain.port);
      ends.push(() => after.close());
      after.send(get('Host: x\r\n'));
      assert.equal((await after.answer()).status, 200);
    } finally {
      await plain.stop();
    }
  });

  const shapes: readonly (readonly [string, () => string | Buffer, number, string])[] = [
    ['a length and chunks', () => post(`Content-Length: 5\r\n${chunked}`, '0\r\n\r\n'), 400, 'InvalidRequestContent'],
    ['chunks and a length', () => post(`${chunked}Content-Length: 5\r\n`, '0\r\n\r\n'), 400, 'InvalidRequestContent'],
    ['two lengths', () => post('Content-Length: 20\r\nContent-Length: 21\r\n'), 400, 'InvalidRequestContent'],
    ['the same length twice', () => post('Content-Length: 20\r\nContent-Length: 20\r\n'), 400, 'InvalidRequestContent'],
    ['a list of lengths', () => post('Content-Length: 20, 20\r\n'), 400, 'InvalidRequestContent'],
    ['a signed length', () => post('Content-Length: +20\r\n'), 400, 'InvalidRequestContent'],
    ['a negative length', () => post('Content-Length: -1\r\n'), 400, 'InvalidRequestContent'],
    ['a hexadecimal length', () => post('Content-Length: 0x14\r\n'), 400, 'InvalidRequestContent'],
    ['a length beyond 64 bits', () => post(`Content-Length: ${'9'.repeat(30)}\r\n`), 400, 'InvalidRequestContent'],
    ['an unknown transfer coding', () => post('Transfer-Encoding: xchunked\r\n'), 400, 'InvalidRequestContent'],
    [
      'chunks that are not the last coding',
      () => post('Transfer-Encoding: chunked, identity\r\n'),
      400,
      'InvalidRequestContent',
    ],
    [
      'gzip in chunks',
      () => post('Transfer-Encoding: gzip, chunked\r\n', `14\r\n${body}\r\n0\r\n\r\n`),
      415,
      'UnsupportedMediaType',
    ],
    ['chunks twice', () => post(`${chunked}${chunked}`, `14\r\n${body}\r\n0\r\n\r\n`), 400, 'InvalidRequestContent'],
    ['a chunk of no size', () => post(chunked, `zz\r\n${body}\r\n0\r\n\r\n`), 400, 'InvalidRequestContent'],
    ['a chunk of a negative size', () => post(chunked, `-1\r\n${body}\r\n0\r\n\r\n`), 400, 'InvalidRequestContent'],
    [
      'a chunk beyond 64 bits',
      () => post(chunked, `${'f'.repeat(17)}\r\n${body}\r\n0\r\n\r\n`),
      400,
      'InvalidRequestContent',
    ],
    [
      'a chunk that is longer than it says',
      () => post(chunked, `5\r\n${body}\r\n0\r\n\r\n`),
      400,
      'InvalidRequestContent',
    ],
    ['chunks with bare line feeds', () => post(chunked, `14\n${body}\n0\n\n`), 400, 'InvalidRequestContent'],
    [
      'chunk extensions of 70 kB',
      () => post(chunked, `14;${'a'.repeat(70_000)}\r\n${body}\r\n0\r\n\r\n`),
      413,
      'RequestContentTooLarge',
    ],
    ['a folded header', () => get('Host: x\r\nX-A: b\r\n c\r\n'), 400, 'InvalidRequestContent'],
    ['headers with bare line feeds', () => 'GET /healthz HTTP/1.1\nHost: x\n\n', 400, 'InvalidRequestContent'],
    ['a blank before a colon', () => get('Host : x\r\n'), 400, 'InvalidRequestContent'],
    ['a header without a name', () => get('Host: x\r\n: y\r\n'), 400, 'InvalidRequestContent'],
    ['NUL in a header', () => get('Host: x\r\nX: a\0b\r\n'), 400, 'InvalidRequestContent'],
    ['a control character in the path', () => get('Host: x\r\n', '/health\u0001z'), 400, 'InvalidRequestContent'],
    [
      'bytes beyond ASCII in the path',
      () => Buffer.from(get('Host: x\r\n', '/\xe9'), 'latin1'),
      400,
      'InvalidRequestContent',
    ],
    ['no host', () => get(), 400, 'InvalidRequestContent'],
    ['two hosts', () => get('Host: a\r\nHost: b\r\n'), 400, 'InvalidRequestContent'],
    ['HTTP/2 without asking', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'InvalidRequestContent'],
    ['HTTP/9.9', () => get('Host: x\r\n').replace('1.1', '9.9'), 400, 'InvalidRequestContent'],
    ['a method of its own', () => get('Host: x\r\n').replace('GET', 'GIVE'), 400, 'InvalidRequestContent'],
    [
      'a wish for a tunnel',
      () => 'CONNECT internal.example:22 HTTP/1.1\r\nHost: internal.example:22\r\n\r\n',
      405,
      'MethodNotAllowed',
    ],
    ['one header of 70 kB', () => get(`Host: x\r\nX: ${'a'.repeat(70_000)}\r\n`), 431, 'RequestHeaderFieldsTooLarge'],
    [
      'a token of 1 MB',
      () => get(`Host: x\r\nAuthorization: Bearer ${'a'.repeat(1_000_000)}\r\n`),
      431,
      'RequestHeaderFieldsTooLarge',
    ],
    ['a path of 70 kB', () => get('Host: x\r\n', `/${'a'.repeat(70_000)}`), 431, 'RequestHeaderFieldsTooLarge'],
    ['20,000 headers', () => get(`Host: x\r\n${'X: y\r\n'.repeat(20_000)}`), 431, 'RequestHeaderFieldsTooLarge'],
  ];
  for (const [what, request, status, code] of shapes) {
    test(`${what} is ${status} ${code}, and nothing behind it is heard`, async () => {
      const before = await submitted();
      const client = await open();
      client.send(request(), smuggled(), smuggled());
      const answer = await client.answer();
      assert.deepEqual([answer.status, answer.code], [status, code], answer.text);
      assert.equal(answer.headers['x-ms-error-code'], code);
      client.close();
      assert.ok(await clusterIsThere());
      assert.equal(await submitted(), before);
    });
  }

  test('trailers, chunk extensions, blanks before the first line and HTTP/1.0 are read as they are meant', async () => {
    const good = [
      post(chunked, `14;a=b\r\n${body}\r\n0\r\nX-Trailer: y\r\n\r\n`),
      `\r\n\r\n${post(`Content-Length: ${body.length}\r\n`)}`,
      post(`Content-Length: ${body.length}\r\nExpect: the unexpected\r\n`),
      post(`Content-Length: ${body.length}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`),
    ];
    for (const request of good) {
      const client = await open();
      client.send(request);
      assert.equal((await client.answer()).status, 202, request);
    }
    const old = await open();
    old.send('GET /healthz HTTP/1.0\r\n\r\n');
    assert.equal((await old.answer()).status, 200);
    await old.closed;
  });

  test('as many headers as fit are all read: the token is found behind nine hundred of them', async () => {
    const client = await open();
    const flood = Array.from({ length: 900 }, (_, at) => `X-${at}: y\r\n`).join('');
    client.send(`GET ${cluster}?${version} HTTP/1.1\r\n${flood}${signedIn()}\r\n`);
    assert.equal((await client.answer()).status, 200);
  });

  test('fifteen thousand query keys are one request, and a quick one', async () => {
    const client = await open();
    client.send(`GET ${cluster}?${'a=b&'.repeat(14_000)}${version} HTTP/1.1\r\n${signedIn()}\r\n`);
    assert.equal((await client.answer()).status, 200);
  });

  test('a hundred pipelined requests are answered each, in their order', async () => {
    const client = await open();
    const ask = (at: number) => get('Host: x\r\n', at % 2 === 0 ? '/healthz' : '/nowhere');
    client.send(Array.from({ length: 100 }, (_, at) => ask(at)).join(''));
    for (let at = 0; at < 100; at++)
      assert.equal((await client.answer()).status, at % 2 === 0 ? 200 : 401, `answer ${at}`);
  });

  test('what is no HTTP behind a request that is not answered yet cuts the connection, and gives it no wrong answer', async () => {
    const path = await server.submit('stdout first\nsleep 1s', { cluster: 'scripted' });
    for (const request of [
      `GET ${path}/output?${version}&follow=true HTTP/1.1\r\n${signedIn()}\r\n`,
      `GET ${path}?${version} HTTP/1.1\r\n${signedIn()}Prefer: wait=20\r\n\r\n`,
      post(`Content-Length: ${body.length}\r\n`),
    ]) {
      const client = await open();
      const seen: Buffer[] = [];
      client.socket.on('data', (chunk: Buffer) => seen.push(chunk));
      client.send(`${request}NOT HTTP\r\n\r\n`);
      await client.closed;
      assert.doesNotMatch(Buffer.concat(seen).toString(), /HTTP\/1\.1 4/);
    }
    await server.end(path);
  });

  test('with 2,000 connections that do nothing, requests are answered as before', async () => {
    const idle: Socket[] = [];
    const connectOne = async () => {
      const socket = connect(portOf(server.longarm), '127.0.0.1');
      socket.on('error', () => undefined);
      idle.push(socket);
      await once(socket, 'connect');
    };
    for (let batch = 0; batch < 20; batch++) await Promise.all(Array.from({ length: 100 }, connectOne));
    ends.push(() => idle.forEach((socket) => socket.destroy()));
    const path = await server.submit('exit 7', { cluster: 'scripted' });
    assert.equal((await server.end(path)).json.properties.exitCode, 7);
    assert.equal(idle.filter(({ destroyed }) => destroyed).length, 0);
  });
});
