import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AddressGuard, publicAddressGuard } from '../../../src/executors/kubernetes/client/address-guard.ts';
import { createKubernetesClient } from '../../../src/executors/kubernetes/client/create-kubernetes-client.ts';
import { Unreachable } from '../../../src/executors/kubernetes/client/kubernetes-error.ts';
import { systemClock } from '../../../src/main/system-clock.ts';
import { json } from '../fake-api/answers.ts';
import { patient } from '../fake-api/client-of.ts';
import { startFakeApi } from '../fake-api/fake-api.ts';

const refused = [
  '127.0.0.1',
  '127.8.9.10',
  '0.0.0.0',
  '169.254.169.254',
  '169.254.1.1',
  '168.63.129.16',
  '100.100.100.200',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '0:0:0:0:0:0:0:1',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  'fd00:ec2::254',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '::127.0.0.1',
  '64:ff9b::169.254.169.254',
  '2002:7f00:1::1',
];
const allowed = [
  '10.0.0.1',
  '192.168.1.1',
  '172.16.0.1',
  '100.64.0.1',
  '198.18.0.2',
  '8.8.8.8',
  'fd12::1',
  '2001:db8::1',
  '64:ff9b::808:808',
  '::ffff:10.0.0.1',
];

describe('the guard of addresses', () => {
  for (const address of refused) {
    test(`refuses ${address}`, () => assert.notEqual(publicAddressGuard.refusal(address), undefined));
  }
  for (const address of allowed) {
    test(`allows ${address}`, () => assert.equal(publicAddressGuard.refusal(address), undefined));
  }
});

describe('a guarded client', () => {
  const cases: readonly (readonly [what: string, server: (port: string) => string])[] = [
    ['an address', (port) => `https://127.0.0.1:${port}`],
    ['an address in disguise', (port) => `https://0x7f.1:${port}`],
    ['an IPv6 address', (port) => `https://[::ffff:127.0.0.1]:${port}`],
    ['a name that leads to one', (port) => `https://localhost:${port}`],
  ];
  for (const [what, server] of cases) {
    test(`opens no connection to ${what}, neither for requests nor for execs`, async () => {
      const api = await startFakeApi();
      const access = { ...api.access, server: new URL(server(api.access.server.port)) };
      const client = createKubernetesClient({ access, clock: systemClock, userAgent: 'x', guard: publicAddressGuard });
      const exec = {
        namespace: 'a',
        pod: 'b',
        container: 'c',
        command: ['true'],
        onStdout: () => Promise.resolve(),
        onStderr: () => undefined,
      };
      for (const attempt of [
        client.request({ method: 'GET', path: '/version' }, patient),
        client.exec(exec, patient),
      ]) {
        await assert.rejects(attempt, (error) => {
          assert.ok(error instanceof Unreachable);
          assert.match(
            error.message,
            /a loopback address, and a cluster that was registered by the API may not be there/,
          );
          return true;
        });
      }
      assert.equal(api.connections(), 0);
      await api.close();
    });
  }

  test('reaches a name when none of its addresses is refused', async () => {
    const looked: string[] = [];
    const guard: AddressGuard = {
      refusal: (address) => {
        looked.push(address);
        return undefined;
      },
    };
    const api = await startFakeApi();
    api.answer((_seen, response) => json(response, { reached: true }));
    const access = { ...api.access, server: new URL(`https://localhost:${api.access.server.port}`) };
    const client = createKubernetesClient({ access, clock: systemClock, userAgent: 'x', guard });
    assert.deepEqual(await client.request({ method: 'GET', path: '/version' }, patient), { reached: true });
    assert.ok(looked.includes('127.0.0.1'));
    client.close();
    await api.close();
  });
});
