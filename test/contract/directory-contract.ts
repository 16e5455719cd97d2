import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RoleAssignmentId } from '../../src/core/access.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { sampleAddress, sampleAssignment, sampleClient, sampleCluster } from './sample-directory.ts';
import { newClusterUid } from './sample-commands.ts';
import { type StoreFactory, storeOfSuite } from './store-factory.ts';

/** What every `Directory` must do. */
export function directoryContract(title: string, open: StoreFactory): void {
  describe(`${title} as a Directory`, () => {
    const store = storeOfSuite(open);

    test('a cluster comes back exactly, found by its address in any case and by its uid', async () => {
      const cluster = sampleCluster({
        address: sampleAddress('Prod-1', 'Größe'),
        strict: true,
        runCommandDisabled: true,
        shell: 'bash',
        limits: defaultLimits,
      });
      await store().write(({ directory }) => directory.saveCluster(cluster));
      await store().read(async ({ directory }) => {
        assert.deepEqual(await directory.findCluster(cluster.address), cluster);
        assert.deepEqual(await directory.findCluster(sampleAddress('PROD-1', 'GRÖßE')), cluster);
        assert.deepEqual(await directory.clusterByUid(cluster.uid), cluster);
        assert.equal(await directory.findCluster(sampleAddress('prod-2', 'Größe')), undefined);
        assert.equal(await directory.clusterByUid(newClusterUid()), undefined);
      });
    });

    test('a cluster without limits of its own has none, and a limit of 0 stays one', async () => {
      const cluster = sampleCluster({ limits: { waiting: 0 } });
      await store().write(({ directory }) => directory.saveCluster(cluster));
      assert.deepEqual(await store().read(({ directory }) => directory.clusterByUid(cluster.uid)), cluster);
    });

    test('the settings of a Kubernetes cluster come back exactly, also where it sets none', async () => {
      const kubernetes = {
        namespace: 'commands',
        image: 'registry.example/toolbox:1.34',
        serviceAccount: 'viewer',
        podTemplate: { spec: { nodeSelector: { pool: 'ops' }, tolerations: [{ operator: 'Exists' }], priority: 0 } },
      };
      const plain = sampleCluster({ executor: 'kubernetes', kubernetes: {} });
      const full = sampleCluster({ executor: 'kubernetes', kubernetes });
      await store().write(async ({ directory }) => {
        for (const cluster of [plain, full]) await directory.saveCluster(cluster);
      });
      await store().read(async ({ directory }) => {
        assert.deepEqual(await directory.clusterByUid(plain.uid), plain);
        assert.deepEqual(await directory.clusterByUid(full.uid), full);
      });
    });

    test('only a Kubernetes cluster has such settings, and each has', async () => {
      const settings = [sampleCluster({ kubernetes: {} }), sampleCluster({ executor: 'kubernetes' })];
      for (const cluster of settings) {
        await assert.rejects(store().write(({ directory }) => directory.saveCluster(cluster)));
        assert.equal(await store().read(({ directory }) => directory.clusterByUid(cluster.uid)), undefined);
      }
    });

    test('the kubeconfig of a cluster comes back until it is replaced or taken away', async () => {
      const cluster = sampleCluster({ executor: 'kubernetes', kubernetes: {} });
      const { uid } = cluster;
      const stored = () => store().read(({ directory }) => directory.kubeconfig(uid));
      await store().write(({ directory }) => directory.saveCluster(cluster));
      assert.equal(await stored(), undefined);
      await store().write(({ directory }) => directory.saveKubeconfig(uid, 'kind: Config # „eins“'));
      assert.equal(await stored(), 'kind: Config # „eins“');
      await store().write(async ({ directory }) => {
        await directory.saveKubeconfig(uid, 'kind: Config # two');
        await directory.saveCluster({ ...cluster, strict: true });
      });
      assert.equal(await stored(), 'kind: Config # two');
      await store().write(({ directory }) => directory.saveKubeconfig(uid, undefined));
      assert.equal(await stored(), undefined);
    });

    test('the kubeconfig goes with its cluster, and none is kept for a cluster that is not stored', async () => {
      const cluster = sampleCluster({ executor: 'kubernetes', kubernetes: {} });
      const { uid } = cluster;
      await store().write(async ({ directory }) => {
        await directory.saveCluster(cluster);
        await directory.saveKubeconfig(uid, 'kind: Config');
        await directory.removeCluster(uid);
        await directory.saveCluster(cluster);
      });
      assert.equal(await store().read(({ directory }) => directory.kubeconfig(uid)), undefined);
      await assert.rejects(store().write(({ directory }) => directory.saveKubeconfig(newClusterUid(), 'kind: Config')));
    });

    test('saving a cluster again under its uid replaces it whole', async () => {
      const cluster = sampleCluster({ limits: { concurrent: 3 } });
      const changed = { ...cluster, tags: {}, limits: {}, location: 'elsewhere', strict: true };
      await store().write(({ directory }) => directory.saveCluster(cluster));
      await store().write(({ directory }) => directory.saveCluster(changed));
      assert.deepEqual(await store().read(({ directory }) => directory.findCluster(cluster.address)), changed);
    });

    test('two clusters cannot have one address, also in another case', async () => {
      const cluster = sampleCluster({ address: sampleAddress('twice') });
      await store().write(({ directory }) => directory.saveCluster(cluster));
      const second = sampleCluster({ address: sampleAddress('TWICE', 'GROUP-1') });
      await assert.rejects(store().write(({ directory }) => directory.saveCluster(second)));
      assert.deepEqual(await store().read(({ directory }) => directory.findCluster(cluster.address)), cluster);
    });

    test('a removed cluster leaves its address free for one with a new uid', async () => {
      const address = sampleAddress();
      const [old, fresh] = [sampleCluster({ address }), sampleCluster({ address })];
      await store().write(async ({ directory }) => {
        await directory.saveCluster(old);
        await directory.removeCluster(old.uid);
        await directory.removeCluster(old.uid);
        await directory.saveCluster(fresh);
      });
      assert.deepEqual(await store().read(({ directory }) => directory.findCluster(address)), fresh);
    });

    test('clusters are listed by name, for all, a subscription, or a resource group in it', async () => {
      const subscription = '99999999-2222-4333-8444-555555555555';
      const b = sampleCluster({ address: sampleAddress('bb', 'One', subscription) });
      const a = sampleCluster({ address: sampleAddress('Aa', 'Two', subscription) });
      const other = sampleCluster({ address: sampleAddress('zz') });
      await store().write(async ({ directory }) => {
        for (const cluster of [b, a, other]) await directory.saveCluster(cluster);
      });
      await store().read(async ({ directory }) => {
        assert.deepEqual(await directory.clusters(a.address.subscriptionId), [a, b]);
        assert.deepEqual(await directory.clusters(a.address.subscriptionId, 'tWO'), [a]);
        assert.deepEqual(await directory.clusters(a.address.subscriptionId, 'three'), []);
        const all = await directory.clusters();
        const names = all.map(({ address }) => address.name.toLowerCase());
        assert.deepEqual(names, [...names].sort());
        assert.ok(names.includes('zz') && names.includes('aa'));
      });
    });

    test('a client comes back exactly, found by its id in any case, until it is removed', async () => {
      const client = sampleClient();
      await store().write(({ directory }) => directory.saveClient(client));
      assert.deepEqual(await store().read(({ directory }) => directory.findClient(client.id.toUpperCase())), client);
      const renamed = { ...client, name: 'other', secretSha256: '34'.repeat(32) };
      await store().write(({ directory }) => directory.saveClient(renamed));
      assert.deepEqual(await store().read(({ directory }) => directory.clients()), [renamed]);
      await store().write(({ directory }) => directory.removeClient(client.id));
      assert.equal(await store().read(({ directory }) => directory.findClient(client.id)), undefined);
      await store().write(({ directory }) => directory.removeClient(client.id));
    });

    test('assignments are found by id in any case and by issuer and principal together', async () => {
      const mine = sampleAssignment(
        { serviceAccount: 'deployer' },
        '/subscriptions/99999999-2222-4333-8444-555555555555',
      );
      const root = sampleAssignment({ principalId: mine.principalId });
      const foreign = sampleAssignment({ principalId: mine.principalId, issuer: 'https://other.example/' });
      await store().write(async ({ directory }) => {
        for (const assignment of [mine, root, foreign]) await directory.saveAssignment(assignment);
      });
      await store().read(async ({ directory }) => {
        assert.deepEqual(await directory.assignmentsOf(mine.issuer, mine.principalId), [root, mine]);
        assert.deepEqual(await directory.assignmentsOf(mine.issuer, 'nobody'), []);
        assert.deepEqual(await directory.findAssignment(mine.id.toUpperCase() as RoleAssignmentId), mine);
        const scopes = (await directory.assignments()).map(({ scope }) => scope);
        assert.deepEqual(scopes, ['/', '/', mine.scope]);
      });
    });

    test('an assignment is replaced under its id, and removed once for all', async () => {
      const assignment = sampleAssignment();
      const changed = { ...assignment, principalId: 'somebody-else' };
      await store().write(({ directory }) => directory.saveAssignment(assignment));
      await store().write(({ directory }) => directory.saveAssignment(changed));
      assert.deepEqual(await store().read(({ directory }) => directory.findAssignment(assignment.id)), changed);
      await store().write(({ directory }) => directory.removeAssignment(assignment.id));
      await store().write(({ directory }) => directory.removeAssignment(assignment.id));
      assert.equal(await store().read(({ directory }) => directory.findAssignment(assignment.id)), undefined);
    });
  });
}
