import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { armOperations } from '../../src/arm/operations.ts';
import { type ErrorCode, errorCatalogue } from '../../src/core/error-code.ts';
import type { Operation } from '../../src/wire/operation.ts';
import { type ArmServer, startArmServer } from '../arm/arm-server.ts';
import { connectRaw, type RawAnswer, type RawClient } from './raw-client.ts';

/** Values that break the rule of a path parameter, percent-encoded as they are sent, and the code that says so. */
const brokenSegments: Readonly<Record<string, readonly (readonly [string, ErrorCode])[]>> = {
  subscriptionId: [
    ['x', 'InvalidSubscriptionId'],
    ['%00', 'InvalidSubscriptionId'],
    ['00000000-0000-0000-0000-00000000000', 'InvalidSubscriptionId'],
    ['00000000-0000-0000-0000-0000000000000', 'InvalidSubscriptionId'],
    ['{00000000-0000-0000-0000-000000000000}', 'InvalidSubscriptionId'],
    ['a'.repeat(4097), 'InvalidParameter'],
  ],
  resourceGroupName: [
    ['g'.repeat(91), 'InvalidParameter'],
    ['%2f', 'InvalidParameter'],
    ['..%2f..%2fetc', 'InvalidParameter'],
    ['a%00b', 'InvalidParameter'],
    ['%1b%5b2J', 'InvalidParameter'],
  ],
  resourceName: [
    ['c'.repeat(64), 'InvalidParameter'],
    ['-a', 'InvalidParameter'],
    ['a_', 'InvalidParameter'],
    ['a%20b', 'InvalidParameter'],
    ['a%2fb', 'InvalidParameter'],
    ['a%252fb', 'InvalidParameter'],
    ['%c3%a9', 'InvalidParameter'],
    ['%00', 'InvalidParameter'],
    ['..', 'InvalidParameter'],
    ['a;b', 'InvalidParameter'],
  ],
  commandId: [
    ['0'.repeat(31), 'NotFound'],
    ['0'.repeat(33), 'NotFound'],
    ['00000000-0000-0000-0000-000000000000', 'NotFound'],
    ['..%2f..%2flongarm.db', 'NotFound'],
    ['%00', 'NotFound'],
  ],
  roleAssignmentName: [
    ['x', 'InvalidParameter'],
    ['%00', 'InvalidParameter'],
    ['00000000-0000-0000-0000-000000000000x', 'InvalidParameter'],
  ],
};

/** What is no path at all, in whichever segment it stands. */
const brokenEncodings = ['%', '%2', '%zz', '%ff', '%c0%af', '%ed%a0%80', '%e2%80'];

describe('parameters that break their rules', () => {
  let server: ArmServer;
  let client: RawClient;
  let operations: readonly Operation[];
  before(async () => {
    server = await startArmServer();
    operations = operationsOf(server);
    client = await connectRaw(server.longarm);
  });
  after(async () => {
    client.close();
    await server.stop();
  });

  const good = (): Readonly<Record<string, string>> => ({
    subscriptionId: server.subscription,
    resourceGroupName: 'rg1',
    resourceName: 'scripted',
    commandId: '0'.repeat(32),
    roleAssignmentName: '7a1c9d52-93a5-4f7f-8d4c-0123456789ab',
  });
  const pathOf = ({ path }: Operation, change: Readonly<Record<string, string>> = {}) =>
    path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => ({ ...good(), ...change })[name] ?? name);
  const send = async (method: string, target: string, body = '', token = server.administrator): Promise<RawAnswer> => {
    const bearer = token === '' ? '' : `Authorization: Bearer ${token}\r\n`;
    const typed = body === '' ? '' : 'Content-Type: application/json\r\n';
    const head = `${method} ${target} HTTP/1.1\r\nHost: longarm\r\n${bearer}${typed}Content-Length: ${Buffer.byteLength(body)}`;
    client.send(`${head}\r\n\r\n${body}`);
    return client.answer();
  };
  const versioned = (operation: Operation) => `api-version=${operation.oldestApiVersion ?? '2025-05-01'}`;

  test('each operation refuses each path parameter that breaks its rule, with its own code, and says which it was', async () => {
    let tried = 0;
    for (const operation of operations) {
      for (const [name, values] of Object.entries(brokenSegments)) {
        if (!operation.path.includes(`{${name}}`)) continue;
        for (const [value, code] of values) {
          const target = `${pathOf(operation, { [name]: value })}?${versioned(operation)}`;
          const answer = await send(operation.method, target, bodyFor(operation));
          const what = `${operation.id} with ${name}=${value.slice(0, 60)}: ${answer.text}`;
          assert.equal(answer.code, code, what);
          assert.equal(answer.status, errorCatalogue[code].status, what);
          if (value.length <= 4096) assert.ok(answer.text.includes(`"target":"${name}"`), what);
          assert.ok(!/[\p{Cc}\p{Cf}]/u.test(answer.message), what);
          tried += 1;
        }
      }
    }
    assert.ok(tried > 300, `only ${tried} were tried`);
  });

  test('a path that is not percent-encoded UTF-8 is a CloudError in every operation, and without a token a 401', async () => {
    for (const operation of operations) {
      if (!operation.path.includes('{')) continue;
      for (const value of brokenEncodings) {
        const target = `${pathOf(operation).replace(server.subscription, value)}?${versioned(operation)}`;
        if (!target.includes(value)) continue;
        const answer = await send(operation.method, target, bodyFor(operation));
        assert.deepEqual([answer.status, answer.code], [404, 'InvalidResourceType'], `${operation.id} ${value}`);
        assert.match(answer.headers['x-ms-request-id'] ?? '', /^[0-9a-f-]{36}$/);
        assert.equal((await send(operation.method, target, '', '')).status, 401);
      }
    }
  });

  test('each operation refuses an api-version that is missing, empty, malformed or too old, and looks at the first of two', async () => {
    const cases: readonly (readonly [string, string])[] = [
      ['', 'MissingApiVersionParameter'],
      ['api-version=', 'MissingApiVersionParameter'],
      ['api-version', 'MissingApiVersionParameter'],
      ['apiversion=2025-05-01', 'MissingApiVersionParameter'],
      ['api-version=latest', 'InvalidApiVersionParameter'],
      ['api-version=2025-02-30', 'InvalidApiVersionParameter'],
      ['api-version=2025-05-01-stable', 'InvalidApiVersionParameter'],
      ['api-version=0000-00-00', 'InvalidApiVersionParameter'],
      ['api-version=1999-01-01', 'InvalidApiVersionParameter'],
      ['api-version=2025-05-01%00', 'InvalidApiVersionParameter'],
      ['api-version=%ff', 'InvalidApiVersionParameter'],
      ['api-version=1999-01-01&api-version=2025-05-01', 'InvalidApiVersionParameter'],
      ['API-Version=1999-01-01&api-version=2025-05-01', 'InvalidApiVersionParameter'],
    ];
    for (const operation of operations.filter(({ apiVersioned }) => apiVersioned)) {
      for (const [query, code] of cases) {
        const answer = await send(operation.method, `${pathOf(operation)}?${query}`, bodyFor(operation));
        assert.deepEqual([answer.status, answer.code], [400, code], `${operation.id}?${query}: ${answer.text}`);
      }
    }
  });

  test('each query parameter refuses what breaks its rule, under its own name', async () => {
    const broken: Readonly<Record<string, readonly string[]>> = {
      longarmWait: ['-1', 'x', '1.5', '1e3', '99999999999', '', '%00'],
      from: ['-1', 'x', '1e3', '0x1', '%00', '99999999999999999999'],
      to: ['x', '2025-13-01T00:00:00Z', '2025-01-01', '%00'],
      follow: ['', '1', 'yes', '%00'],
      phase: ['x', 'running,x', '__proto__', 'constructor', '%00'],
      status: ['x', '__proto__', 'toString', '%00'],
      submittedBy: ['x', '|', '%00', 'issuer|'],
      $top: ['0', '-1', '1001', '1e2', '9999999999', '%00'],
      $skipToken: ['x', '%00', 'MTIzLjQ1Ng', 'OTk5OTk5OTk5OTk5OTk5OS4w'],
    };
    let tried = 0;
    for (const operation of operations) {
      for (const { name, in: place } of operation.parameters) {
        if (place !== 'query') continue;
        const values = broken[name];
        assert.ok(values, `nothing is known that breaks ${name} of ${operation.id}`);
        for (const value of values) {
          const answer = await send('GET', `${pathOf(operation)}?${versioned(operation)}&${name}=${value}`);
          const what = `${operation.id} with ${name}=${value}: ${answer.text}`;
          assert.deepEqual([answer.status, answer.code], [400, 'InvalidParameter'], what);
          assert.ok(answer.text.includes(`"target":"${name}"`), what);
          tried += 1;
        }
      }
    }
    assert.ok(tried >= 40, `only ${tried} were tried`);
  });

  test('unknown, repeated and prototype-like query keys change nothing', async () => {
    const path = `${server.group}/providers/Microsoft.ContainerService/managedClusters/scripted`;
    const plain = await send('GET', `${path}?api-version=2025-05-01`);
    const keys = [
      'x=1',
      '__proto__=1',
      'constructor=1&prototype=2',
      'toString=x',
      'hasOwnProperty=',
      '=&&&=',
      '%ff=%zz',
    ];
    for (const key of keys) {
      for (const query of [`api-version=2025-05-01&${key}`, `${key}&api-version=2025-05-01`]) {
        const answer = await send('GET', `${path}?${query}`);
        assert.deepEqual([answer.status, answer.text], [200, plain.text], query);
      }
    }
  });

  test('each path answers every other method with 405, the ones it takes, and nothing read of the body', async () => {
    const paths = new Set(operations.map((operation) => pathOf(operation)));
    for (const path of paths) {
      const taken = operations.filter((each) => pathOf(each) === path).map(({ method }) => method as string);
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND']) {
        if (taken.includes(method)) continue;
        const answer = await send(method, `${path}?api-version=2025-05-01`, '{"not": "read');
        assert.deepEqual([answer.status, answer.code], [405, 'MethodNotAllowed'], `${method} ${path}`);
        assert.deepEqual((answer.headers['allow'] ?? '').split(', ').toSorted(), [...new Set(taken)].toSorted());
      }
    }
  });

  test('HEAD is 405 without a body, and an unknown method no HTTP', async () => {
    const path = `${server.group}/providers/Microsoft.ContainerService/managedClusters/scripted?api-version=2025-05-01`;
    const head = await connectRaw(server.longarm);
    head.send(
      `HEAD ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.administrator}\r\nConnection: close\r\n\r\n`,
    );
    const seen: Buffer[] = [];
    head.socket.on('data', (chunk: Buffer) => seen.push(chunk));
    await head.closed;
    assert.match(Buffer.concat(seen).toString(), /^HTTP\/1\.1 405 [^]*\r\n\r\n$/);
    const unknown = await connectRaw(server.longarm);
    unknown.send(`HACK ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    assert.deepEqual([(await unknown.answer()).status], [400]);
    unknown.close();
  });

  test('nothing of all this was stored or run', async () => {
    const { commands, clusters } = await server.longarm.plane.store.read(async (repositories) => ({
      commands: await repositories.commands.countByPhase(),
      clusters: await repositories.directory.clusters(),
    }));
    assert.equal(
      Object.values(commands).reduce((sum, count) => sum + count, 0),
      0,
    );
    assert.deepEqual(clusters.map(({ address }) => address.name).toSorted(), ['local', 'other', 'scripted']);
  });
});

/** The table that the routes are bound from. */
function operationsOf(server: ArmServer): readonly Operation[] {
  const { plane, identity } = server.longarm;
  return armOperations({
    plane,
    style: { stateCase: 'capitalised', extensions: true },
    maxHoldSeconds: 30,
    tenantId: identity.tenantId,
    subscriptionId: identity.subscriptionId,
    ownIssuer: 'https://issuer.example',
  }).filter(({ access }) => access.type !== 'public');
}

/** A body that the operation takes, where it takes one: what is wrong is to be the path alone. */
function bodyFor({ id, body }: Operation): string {
  if (body === undefined) return '';
  if (id === 'ManagedClusters_RunCommand') return JSON.stringify({ command: 'exit 0' });
  if (id === 'ManagedClusters_CreateOrUpdate') return JSON.stringify({ location: 'local' });
  const role = '/providers/Microsoft.Authorization/roleDefinitions/5f0c6a4e-6d1b-4c53-9a2e-3f4f0d7f1a01';
  return JSON.stringify({ properties: { roleDefinitionId: role, principalId: 'somebody' } });
}
