import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type ArmServer, startArmServer, version } from '../arm/arm-server.ts';
import { connectRaw, type RawAnswer, type RawClient } from './raw-client.ts';

const json = { 'Content-Type': 'application/json' };

describe('bodies that mean harm', () => {
  let server: ArmServer;
  let run: string;
  before(async () => {
    server = await startArmServer();
    run = `${server.group}/providers/Microsoft.ContainerService/managedClusters/scripted/runCommand?${version}`;
  });
  after(() => server.stop());

  const headOf = (method: string, target: string, headers: Record<string, string>, token = server.administrator) =>
    [
      `${method} ${target} HTTP/1.1`,
      'Host: longarm',
      ...(token === '' ? [] : [`Authorization: Bearer ${token}`]),
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '\r\n',
    ].join('\r\n');
  /** Sends pieces on a connection of their own, and gives the answer and the connection, which is closed after the test. */
  const open: RawClient[] = [];
  const exchange = async (...pieces: readonly (string | Uint8Array)[]): Promise<RawAnswer> => {
    const client = await connectRaw(server.longarm);
    open.push(client);
    client.send(...pieces);
    return client.answer();
  };
  const post = (body: string | Uint8Array, headers: Record<string, string> = json, target = run) =>
    exchange(headOf('POST', target, { ...headers, 'Content-Length': String(Buffer.byteLength(body)) }), body);
  after(() => {
    for (const client of open) client.close();
  });
  const submitted = async () =>
    Object.values(await server.longarm.plane.store.read(({ commands }) => commands.countByPhase())).reduce(
      (sum, count) => sum + count,
      0,
    );

  const good = '{"command":"exit 0"}';
  const refused: readonly (readonly [string, string | Uint8Array, Record<string, string>, number, string])[] = [
    ['nothing at all', '', json, 400, 'InvalidRequestContent'],
    ['blanks alone', ' \n ', json, 400, 'InvalidRequestContent'],
    ['half of a body', good.slice(0, 12), json, 400, 'InvalidRequestContent'],
    ['two bodies', `${good}${good}`, json, 400, 'InvalidRequestContent'],
    ['a comment', `${good}//`, json, 400, 'InvalidRequestContent'],
    ['a NUL behind it', `${good}\0`, json, 400, 'InvalidRequestContent'],
    ['single quotes', "{'command':'exit 0'}", json, 400, 'InvalidRequestContent'],
    ['a list', '[]', json, 400, 'InvalidRequestContent'],
    ['null', 'null', json, 400, 'InvalidRequestContent'],
    ['text', '"exit 0"', json, 400, 'InvalidRequestContent'],
    ['a number', '1e999', json, 400, 'InvalidRequestContent'],
    ['UTF-16', Buffer.from(good, 'utf16le'), json, 400, 'InvalidRequestContent'],
    ['UTF-16 with its mark', Buffer.from(`\ufeff${good}`, 'utf16le'), json, 400, 'InvalidRequestContent'],
    ['Latin-1 beyond ASCII', Buffer.from('{"command":"\xe9"}', 'latin1'), json, 400, 'InvalidRequestContent'],
    ['overlong UTF-8', Buffer.from('{"command":"\xc0\xaf"}', 'latin1'), json, 400, 'InvalidRequestContent'],
    ['a surrogate in UTF-8', Buffer.from('{"command":"\xed\xa0\x80"}', 'latin1'), json, 400, 'InvalidRequestContent'],
    ['a charset that is not UTF-8', good, charset('utf-16'), 415, 'UnsupportedMediaType'],
    ['a charset in which the bytes are another text', good, charset('"ISO-8859-1"'), 415, 'UnsupportedMediaType'],
    ['gzip', gzipSync(good), { ...json, 'Content-Encoding': 'gzip' }, 415, 'UnsupportedMediaType'],
    ['a coding that it is not in', good, { ...json, 'Content-Encoding': 'br' }, 415, 'UnsupportedMediaType'],
    ['another type', good, { 'Content-Type': 'text/plain' }, 415, 'UnsupportedMediaType'],
    ['two types', good, { 'Content-Type': 'application/json, text/plain' }, 415, 'UnsupportedMediaType'],
    ['an empty type', good, { 'Content-Type': '' }, 415, 'UnsupportedMediaType'],
    ['no type', good, {}, 415, 'UnsupportedMediaType'],
    ['a form', 'command=exit+0', form(), 415, 'UnsupportedMediaType'],
  ];
  for (const [what, body, headers, status, code] of refused) {
    test(`${what} is ${status} ${code}, and nothing is submitted`, async () => {
      const before = await submitted();
      const answer = await post(body, headers);
      assert.deepEqual([answer.status, answer.code], [status, code], answer.text);
      assert.match(answer.message, /Send|must|deserialized/);
      assert.equal(await submitted(), before);
    });
  }

  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    command: [null, 1, true, [], {}, ''],
    context: [1, true, [], {}],
    clusterToken: [1, true, [], {}],
    longarm: [null, 1, 'x', [], { x: 1 }, { __proto__x: 1 }],
    'longarm.timeoutSeconds': [0, -1, 1.5, '5', null, true, [], {}],
    'longarm.graceSeconds': [-1, 0.5, 3601, 1e99, '5', null, true, [], {}],
    'longarm.strict': [0, 'true', null, [], {}],
  };
  for (const [path, values] of Object.entries(wrong)) {
    test(`a wrong ${path} is 400 and named, whatever is wrong with it`, async () => {
      for (const value of values) {
        const [outer = '', inner] = path.split('.');
        const body = JSON.stringify({ command: 'exit 0', [outer]: inner === undefined ? value : { [inner]: value } });
        const answer = await post(body);
        assert.deepEqual([answer.status, answer.code], [400, 'InvalidRequestContent'], body);
        assert.ok(answer.text.includes(`"target":"${path}"`), `${body}: ${answer.text}`);
      }
    });
  }

  test('of a key that comes twice the last counts, in what is run and in what the audit keeps', async () => {
    const answer = await post('{"command":"exit 1","command":"exit 7"}');
    assert.equal(answer.status, 202);
    const { json: result } = await server.end(new URL(answer.headers['location'] ?? '').pathname);
    assert.equal(result.properties.exitCode, 7);
    const [row] = await server.longarm.plane.store.read(({ audit }) =>
      audit.newest(10).then((rows) => rows.filter(({ verb }) => verb === 'command.submit')),
    );
    assert.equal(row?.details['textSha256'], createHash('sha256').update('exit 7').digest('hex'));
  });

  test('keys of the prototype are no options', async () => {
    const answer = await post('{"command":"exit 3","__proto__":{"longarm":{"strict":true}},"constructor":{"a":1}}');
    assert.equal(answer.status, 202);
    const { json: result } = await server.end(new URL(answer.headers['location'] ?? '').pathname);
    assert.deepEqual([result.properties.provisioningState, result.properties.exitCode], ['Succeeded', 3]);
    assert.equal((await post('{"command":"exit 0","longarm":{"__proto__":{"strict":true}}}')).status, 400);
    assert.equal(({} as Record<string, unknown>)['strict'], undefined);
  });

  test('a mark of byte order and a body a million levels deep are read, and cost nothing', async () => {
    assert.equal((await post(`\ufeff${good}`)).status, 202);
    const deep = `{"command":"exit 0","x":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`;
    assert.equal((await post(deep)).status, 202);
    assert.equal((await post('['.repeat(1_000_000))).code, 'InvalidRequestContent');
    assert.equal((await post('{"longarm":'.repeat(1_000_000))).code, 'InvalidRequestContent');
  });

  test('a body that says it is too large is 413 with both numbers, while not a byte of it was sent', async () => {
    for (const length of [48 * 1024 * 1024 + 1, Number.MAX_SAFE_INTEGER]) {
      const answer = await exchange(headOf('POST', run, { ...json, 'Content-Length': String(length) }));
      assert.deepEqual([answer.status, answer.code], [413, 'RequestContentTooLarge']);
      assert.match(answer.message, new RegExp(`${length} bytes.*${48 * 1024 * 1024} bytes`));
    }
  });

  test('a body that waits for "100 Continue" hears it only where it is wanted', async () => {
    const expecting = { ...json, Expect: '100-continue' };
    const wanted = await connectRaw(server.longarm);
    open.push(wanted);
    wanted.send(headOf('POST', run, { ...expecting, 'Content-Length': String(good.length) }));
    await wanted.interimAnswer();
    wanted.send(good);
    assert.equal((await wanted.answer()).status, 202);
    assert.deepEqual(wanted.interim, [100]);
    const stranger = await server.tokenFor();
    const cases: readonly (readonly [Record<string, string>, string, number])[] = [
      [{ ...expecting, 'Content-Length': '99999999999' }, server.administrator, 413],
      [{ ...expecting, 'Content-Length': '20' }, stranger, 403],
      [{ ...expecting, 'Content-Length': '20' }, '', 401],
      [{ ...expecting, 'Content-Type': 'text/plain', 'Content-Length': '20' }, server.administrator, 415],
    ];
    for (const [headers, token, status] of cases) {
      const client = await connectRaw(server.longarm);
      open.push(client);
      client.send(headOf('POST', run, headers, token));
      assert.deepEqual([(await client.answer()).status, client.interim], [status, []]);
    }
  });

  test('a body in chunks is 413 with both numbers as soon as it passes the limit, though it never ends', async () => {
    const small = await startArmServer('bodyLimit: 64KiB\n');
    try {
      const target = run.replace(server.subscription, small.subscription);
      const client = await connectRaw(small.longarm);
      const headers = { ...json, 'Transfer-Encoding': 'chunked' };
      client.send(headOf('POST', target, headers, small.administrator));
      for (let sent = 0; sent < 5; sent++) client.send('4000\r\n', Buffer.alloc(0x4000, 0x20), '\r\n');
      const answer = await client.answer();
      client.close();
      assert.deepEqual([answer.status, answer.code], [413, 'RequestContentTooLarge']);
      assert.match(answer.message, /more than 65536 bytes; 65536 bytes/);
    } finally {
      await small.stop();
    }
  });

  test('whoever is refused can upload no body, in whichever operation', async () => {
    const huge = { ...json, 'Content-Length': '40000000' };
    const stranger = await server.tokenFor();
    const cluster = run.replace('/runCommand?', '?');
    for (const [method, target] of [
      ['POST', run],
      ['PUT', cluster],
      ['POST', '/nowhere'],
      ['PATCH', cluster],
    ] as const) {
      assert.equal((await exchange(headOf(method, target, huge, ''))).status, 401, `${method} ${target}`);
      const { status } = await exchange(headOf(method, target, huge, stranger));
      assert.equal(status, { '/nowhere': 404 }[target] ?? (method === 'PATCH' ? 405 : 403), `${method} ${target}`);
    }
  });

  test('an operation that anybody may call, or that reads no body, takes 64 KiB and no more', async () => {
    const token = `/${server.longarm.identity.tenantId}/oauth2/v2.0/token`;
    const cancel = `${run.replace(/\/runCommand.*/, '')}/commandResults/${'0'.repeat(32)}/cancel?${version}`;
    for (const [target, headers] of [
      [token, form()],
      [cancel, json],
    ] as const) {
      const answer = await exchange(headOf('POST', target, { ...headers, 'Content-Length': '65537' }));
      assert.equal(answer.status, 413);
      assert.match(answer.message, /65537 bytes.*65536 bytes/);
      const inChunks = headOf('POST', target, { ...headers, 'Transfer-Encoding': 'chunked' });
      const chunk = ['4000\r\n', Buffer.alloc(0x4000, 0x61), '\r\n'] as const;
      const late = await exchange(inChunks, ...chunk, ...chunk, ...chunk, ...chunk, ...chunk);
      assert.equal(late.status, 413);
      assert.match(late.message, /more than 65536 bytes; 65536 bytes/);
    }
  });

  test('a body that breaks off in the middle submits nothing', async () => {
    const before = await submitted();
    for (let left = 0; left < 10; left++) {
      const client = await connectRaw(server.longarm);
      client.send(headOf('POST', run, { ...json, 'Content-Length': '1000' }), good);
      client.close();
      await client.closed;
    }
    assert.equal(await submitted(), before);
  });

  test('tags and a location beyond ARM’s limits are refused, and the cluster stays as it was', async () => {
    const target = run.replace('/runCommand?', '?');
    const put = (body: object) => server.call('PUT', target, { token: server.administrator, body });
    const before = await server.call('GET', target, { token: server.administrator });
    const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, 'v']));
    for (const body of [
      { tags: tags(51) },
      { tags: { a: 'v'.repeat(257) } },
      { tags: { ['k'.repeat(513)]: 'v' } },
      { tags: { a: 1 } },
      { tags: [] },
      { location: 'x'.repeat(129) },
      { location: 'a\u001b[2J' },
      { location: 'a\ud800' },
      { location: 5 },
      { properties: { longarm: { limits: { concurrent: 1e300 } } } },
      { properties: { longarm: { limits: { runSeconds: 0 } } } },
      { properties: [] },
    ]) {
      const answer = await put(body);
      assert.equal(answer.status, 400, JSON.stringify(body).slice(0, 80));
      assert.ok(['InvalidRequestContent', 'InvalidParameter'].includes(answer.json.error.code));
    }
    const after = await server.call('GET', target, { token: server.administrator });
    assert.deepEqual(after.json, before.json);
  });
});

function charset(name: string): Record<string, string> {
  return { 'Content-Type': `application/json; charset=${name}` };
}

function form(): Record<string, string> {
  return { 'Content-Type': 'application/x-www-form-urlencoded' };
}
