import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { authorise } from '../../src/control-plane/access.ts';
import type { Actor } from '../../src/control-plane/dependencies.ts';
import type { Action } from '../../src/core/role.ts';
import { parseScope } from '../../src/core/scope.ts';
import { openPlane, type Plane } from '../control-plane/plane.ts';

const run: Action = 'Microsoft.ContainerService/managedClusters/runcommand/action';
const read: Action = 'Microsoft.ContainerService/managedClusters/read';
const minute = 60_000;

function stranger(id: string, correlationId = 'first'): Actor {
  return { principal: { issuer: 'https://issuer.example', id, displayName: id }, correlationId };
}

describe('the audit under a flood of denied requests', () => {
  let plane: Plane;
  beforeEach(async () => {
    plane = await openPlane();
  });
  afterEach(() => plane.close());

  const rows = async () =>
    (await plane.plane.store.read(({ audit }) => audit.newest(1000))).filter(({ verb }) => verb === 'access.denied');
  const deny = async (actor: Actor, action: Action = run, group = 'rg') => {
    const scope = parseScope(`/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/${group}`);
    assert.ok(scope);
    await assert.rejects(authorise(plane.plane, actor, action, scope), { code: 'AuthorizationFailed' });
  };

  test('the first denial leaves its row before the answer, and a thousand more within a minute leave one with their count', async () => {
    await deny(stranger('flood'));
    assert.deepEqual(
      (await rows()).map(({ details }) => details),
      [{ action: run }],
    );
    for (let sent = 1; sent < 1000; sent++) await deny(stranger('flood'));
    await deny(stranger('flood', 'last'));
    assert.equal((await rows()).length, 1);
    plane.clock.advance(minute);
    await plane.plane.denials.flush();
    const [last, first] = await rows();
    assert.deepEqual([first?.correlationId, first?.details], ['first', { action: run }]);
    assert.deepEqual([last?.correlationId, last?.details], ['last', { action: run, repeats: 1000 }]);
    assert.equal((await rows()).length, 2);
  });

  test('the next denial after the minute writes the count of the former, and is itself seen at once', async () => {
    for (let sent = 0; sent < 3; sent++) await deny(stranger('again'));
    plane.clock.advance(minute);
    await deny(stranger('again'));
    assert.deepEqual(
      (await rows()).map(({ details }) => details),
      [{ action: run }, { action: run, repeats: 2 }, { action: run }],
    );
  });

  test('whoever asks for ever other things leaves eleven rows in a minute, and nothing is uncounted', async () => {
    for (let asked = 0; asked < 500; asked++) await deny(stranger('prober'), run, `group-${asked}`);
    assert.equal((await rows()).length, 10);
    plane.clock.advance(minute);
    await plane.plane.denials.flush();
    const [rest] = await rows();
    assert.deepEqual([rest?.target, rest?.details], ['/', { action: '*', repeats: 490 }]);
    assert.equal((await rows()).length, 11);
  });

  test('one principal’s flood hides no other’s denial, and one action’s no other', async () => {
    for (let sent = 0; sent < 50; sent++) await deny(stranger('loud'));
    await deny(stranger('quiet'));
    await deny(stranger('loud'), read);
    assert.deepEqual(
      (await rows()).map(({ principal, details }) => [principal?.id, details['action']]),
      [
        ['loud', read],
        ['quiet', run],
        ['loud', run],
      ],
    );
  });

  test('a hundred denials at the same moment are one row and ninety-nine repeats', async () => {
    await Promise.all(Array.from({ length: 100 }, () => deny(stranger('burst'))));
    await plane.plane.denials.flush('all');
    assert.deepEqual(
      (await rows()).map(({ details }) => details),
      [{ action: run, repeats: 99 }, { action: run }],
    );
  });
});
