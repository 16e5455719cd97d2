import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RoleAssignmentId } from '../../src/core/access.ts';
import type { Cluster } from '../../src/core/cluster.ts';
import { LongarmError } from '../../src/core/error-code.ts';
import { roleByName } from '../../src/core/role.ts';
import { clusterScope } from '../../src/core/scope.ts';
import type { Actor } from '../../src/control-plane/dependencies.ts';
import { runCommand } from '../../src/control-plane/run-command.ts';
import { randomIds } from '../../src/main/random-ids.ts';
import { kubernetesCluster } from './kubernetes-cluster.ts';
import { openPlane, type Plane } from './plane.ts';

describe('the service account that a command runs as', () => {
  let behind: Plane;
  let pods: Cluster;
  before(async () => {
    behind = await openPlane();
    pods = await kubernetesCluster(behind, { serviceAccount: 'viewer' });
  });
  after(() => behind.close());

  /** Somebody who may run commands in the cluster by an assignment for each of these accounts. */
  async function runner(...accounts: readonly (string | undefined)[]): Promise<Actor> {
    const id = randomIds.uuid();
    const role = roleByName('command-runner');
    assert.ok(role);
    await behind.plane.store.write(async ({ directory }) => {
      for (const serviceAccount of accounts) {
        await directory.saveAssignment({
          id: randomIds.uuid() as RoleAssignmentId,
          scope: clusterScope(pods.address),
          roleId: role.id,
          principalId: id,
          issuer: 'https://issuer.example',
          createdAt: behind.clock.now(),
          ...(serviceAccount === undefined ? {} : { serviceAccount }),
        });
      }
    });
    return { principal: { issuer: 'https://issuer.example', id, displayName: 'Runner' }, correlationId: 'test' };
  }
  const submit = (actor: Actor, serviceAccount?: string, cluster = pods) =>
    runCommand(behind.plane, actor, {
      address: cluster.address,
      payload: { text: 'true' },
      textSha256: 'ab'.repeat(32),
      bodySha256: 'cd'.repeat(32),
      ...(serviceAccount === undefined ? {} : { serviceAccount }),
    });
  async function ranAs(actor: Actor, serviceAccount?: string): Promise<unknown> {
    const id = await submit(actor, serviceAccount);
    const [command, rows] = await behind.plane.store.read(async ({ commands, audit }) => [
      await commands.get(id),
      await audit.newest(1),
    ]);
    assert.deepEqual(rows[0]?.details['commandId'], id);
    assert.equal(rows[0]?.details['serviceAccount'], command?.facts.serviceAccount, 'the audit says what it runs as');
    return command?.facts.serviceAccount;
  }
  const refusal =
    (...says: readonly RegExp[]) =>
    (error: unknown) => {
      assert.ok(error instanceof LongarmError, String(error));
      assert.deepEqual([error.code, error.target], ['InvalidParameter', 'longarm.serviceAccount']);
      for (const part of says) assert.match(error.message, part);
      return true;
    };

  test('is kept with the command and told in the audit, whoever named it', async () => {
    assert.equal(await ranAs(await runner('edit')), 'edit');
    assert.equal(await ranAs(await runner(undefined)), 'viewer');
    assert.equal(await ranAs(await runner('edit', 'view'), 'view'), 'view');
    assert.equal(await ranAs(behind.actor, 'whatever'), 'whatever');
  });

  test('must be chosen where assignments name several, and the refusal names them and how to choose', async () => {
    const actor = await runner('edit', 'view');
    await assert.rejects(submit(actor), refusal(/'edit', 'view'/, /longarm\.serviceAccount/, /'pods'/));
  });

  test('cannot be one that no assignment gives, and the refusal names those that are given', async () => {
    await assert.rejects(submit(await runner('edit'), 'admin'), refusal(/'admin'/, /as 'edit' only/));
  });

  test('cannot be asked for in a cluster that has none', async () => {
    await assert.rejects(submit(behind.actor, 'edit', behind.cluster), refusal(/'scripted'/, /Leave it out/));
  });
});
