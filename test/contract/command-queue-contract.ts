import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Accepted, Command } from '../../src/core/command.ts';
import { accepted, at, lifeOf, moved, newClusterUid, payload } from './sample-commands.ts';
import { sampleCluster } from './sample-directory.ts';
import { type StoreFactory, storeOfSuite } from './store-factory.ts';

/** How a `CommandStore` hands out work. Each test begins with an empty queue and leaves one. */
export function commandQueueContract(title: string, open: StoreFactory): void {
  describe(`${title} as a CommandStore: the queue`, () => {
    const store = storeOfSuite(open);

    async function withStored(paths: readonly (readonly Command[])[], act: () => Promise<void>): Promise<void> {
      await store().write(async ({ commands }) => {
        for (const [first, ...rest] of paths) {
          assert.ok(first?.phase === 'accepted');
          await commands.insert(first, payload);
          for (const command of rest) assert.ok(await commands.save(command, command.revision - 1));
        }
      });
      await act();
      await store().write(async ({ commands }) => {
        for (const [first] of paths) if (first !== undefined) await commands.remove(first.facts.id);
      });
    }

    async function claimable(ms: number, concurrent = 10): Promise<string | undefined> {
      const command = await store().read(({ commands }) => commands.nextClaimable(at(ms), concurrent));
      return command?.facts.id;
    }

    test('an empty queue has nothing to claim', async () => {
      assert.equal(await claimable(0), undefined);
    });

    test('the oldest waiting command of all clusters comes first', async () => {
      const commands = [30, 10, 20].map((ms) => accepted({ submittedAt: at(ms) }));
      await withStored(
        commands.map((command) => [command]),
        async () => assert.equal(await claimable(50), commands[1]?.facts.id),
      );
    });

    test('a cluster with all its places taken is passed over, by its own limit or the given one', async () => {
      const cluster = sampleCluster({ limits: { concurrent: 1 } });
      await store().write(({ directory }) => directory.saveCluster(cluster));
      const busy = lifeOf(accepted({ clusterUid: cluster.uid }));
      const waiting = accepted({ clusterUid: cluster.uid, submittedAt: at(1) });
      const elsewhere = accepted({ submittedAt: at(2) });
      await withStored([[busy.accepted, busy.claimed], [waiting], [elsewhere]], async () => {
        assert.equal(await claimable(5), elsewhere.facts.id);
        assert.equal(await claimable(5, 0), undefined);
        await store().write(({ directory }) => directory.saveCluster({ ...cluster, limits: {} }));
        assert.equal(await claimable(5, 2), waiting.facts.id);
        assert.equal(await claimable(5, 1), elsewhere.facts.id);
      });
    });

    test('claimed, launching and running commands each take a place; finished ones do not', async () => {
      const clusterUid = newClusterUid();
      const one = lifeOf(accepted({ clusterUid }));
      const two = lifeOf(accepted({ clusterUid }));
      const three = lifeOf(accepted({ clusterUid }));
      const four = lifeOf(accepted({ clusterUid }));
      const waiting = accepted({ clusterUid, submittedAt: at(1) });
      const paths = [
        [one.accepted, one.claimed],
        [two.accepted, two.claimed, two.launching],
        [three.accepted, three.claimed, three.launching, three.running],
        [four.accepted, four.claimed, four.launching, four.running, four.completed],
        [waiting],
      ];
      await withStored(paths, async () => {
        assert.equal(await claimable(5, 3), undefined);
        assert.equal(await claimable(5, 4), waiting.facts.id);
        const counts = await store().read(({ commands }) => commands.counts(clusterUid));
        assert.deepEqual([counts.waiting, counts.active], [1, 3]);
      });
    });

    test('the bytes that wait are those of the cluster’s waiting commands, and nothing waits without any', async () => {
      const clusterUid = newClusterUid();
      const waitingBytes = async () => (await store().read(({ commands }) => commands.counts(clusterUid))).waitingBytes;
      const active = lifeOf(accepted({ clusterUid, payloadBytes: 1000 }));
      const paths = [
        [accepted({ clusterUid, payloadBytes: 2 ** 40 })],
        [accepted({ clusterUid, payloadBytes: 5 })],
        [accepted({ payloadBytes: 70 })],
        [active.accepted, active.claimed],
      ];
      assert.equal(await waitingBytes(), 0);
      await withStored(paths, async () => assert.equal(await waitingBytes(), 2 ** 40 + 5));
    });

    test('launching and running commands are adopted when their lease is over; claimed ones are not', async () => {
      const life = lifeOf(accepted(), at(100));
      const claimed = lifeOf(accepted({ submittedAt: at(-5) }), at(100));
      await withStored(
        [
          [life.accepted, life.claimed, life.launching],
          [claimed.accepted, claimed.claimed],
        ],
        async () => {
          assert.equal(await claimable(99), undefined);
          assert.equal(await claimable(100), life.accepted.facts.id);
          await store().write(({ commands }) => commands.save(life.running, life.launching.revision));
          assert.equal(await claimable(100, 0), life.accepted.facts.id);
        },
      );
    });

    test('a command to adopt comes before a waiting one that is younger', async () => {
      const life = lifeOf(accepted({ submittedAt: at(1) }), at(100));
      const younger = accepted({ submittedAt: at(2) });
      const older = accepted({ submittedAt: at(0) });
      await withStored([[life.accepted, life.claimed, life.launching], [younger]], async () => {
        assert.equal(await claimable(200), life.accepted.facts.id);
        await withStored([[older]], async () => assert.equal(await claimable(200), older.facts.id));
      });
    });

    test('the place in the queue counts the older waiting commands of the same cluster', async () => {
      const clusterUid = newClusterUid();
      const queue = [0, 1, 2].map((ms) => accepted({ clusterUid, submittedAt: at(ms) }));
      const others = [accepted({ submittedAt: at(-1) })];
      await withStored(
        [...queue, ...others].map((command) => [command]),
        async () => {
          const places = await store().read(({ commands }) =>
            Promise.all(queue.map((command: Accepted) => commands.queuePosition(command))),
          );
          assert.deepEqual(places, [0, 1, 2]);
        },
      );
    });

    test('overdue are claimed commands past their lease and waiting ones past their deadline, no others', async () => {
      const claimed = lifeOf(accepted(), at(50));
      const launching = lifeOf(accepted(), at(50));
      const waiting = accepted({ queueDeadline: at(60) });
      const patient = accepted({ queueDeadline: at(600) });
      const paths = [
        [claimed.accepted, claimed.claimed],
        [launching.accepted, launching.claimed, launching.launching],
        [waiting],
        [patient],
      ];
      const overdue = (ms: number, limit: number) =>
        store().read(async ({ commands }) => new Set((await commands.overdue(at(ms), limit)).map((c) => c.facts.id)));
      await withStored(paths, async () => {
        assert.deepEqual(await overdue(49, 10), new Set());
        assert.deepEqual(await overdue(50, 10), new Set([claimed.accepted.facts.id]));
        assert.deepEqual(await overdue(60, 10), new Set([claimed.accepted.facts.id, waiting.facts.id]));
        assert.equal((await overdue(60, 1)).size, 1);
        const requeued = moved(claimed.claimed, { type: 'expireLease' }, at(60));
        await store().write(({ commands }) => commands.save(requeued, claimed.claimed.revision));
        assert.deepEqual(await overdue(60, 10), new Set([waiting.facts.id]));
      });
    });
  });
}
