import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Command, phases } from '../../src/core/command.ts';
import { commandQueueContract } from './command-queue-contract.ts';
import { commandSweepContract } from './command-sweep-contract.ts';
import { accepted, at, exit, lifeOf, moved, newClusterUid, newCommandId, output, payload } from './sample-commands.ts';
import { type StoreFactory, storeOfSuite } from './store-factory.ts';
import { submissionContract } from './submission-contract.ts';

/** What every `CommandStore` must do. */
export function commandStoreContract(title: string, open: StoreFactory): void {
  describe(`${title} as a CommandStore: single commands`, () => {
    const store = storeOfSuite(open);

    /** Walks one command through these commands, each saved from the one before, and reads it back each time. */
    async function walk(...path: readonly Command[]): Promise<void> {
      const [first, ...rest] = path;
      assert.ok(first?.phase === 'accepted');
      await store().write(({ commands }) => commands.insert(first, payload));
      let revision = first.revision;
      for (const command of rest) {
        const saved = await store().write(({ commands }) => commands.save(command, revision));
        assert.equal(saved, true, `saving ${command.phase} over revision ${revision}`);
        revision = command.revision;
        assert.deepEqual(await store().read(({ commands }) => commands.get(command.facts.id)), command);
      }
    }

    test('every phase of a life comes back exactly as it was saved', async () => {
      const life = lifeOf(accepted({ strict: true }));
      await walk(life.accepted, life.claimed, life.launching, life.running, life.completed);
    });

    test('a reason for waiting and a stop come back while launching', async () => {
      const { token, ...life } = lifeOf(accepted());
      const waiting = { type: 'pending', token, reason: 'ImagePullBackOff', message: 'no such image' } as const;
      const pending = moved(life.launching, waiting);
      const stopped = moved(pending, { type: 'requestStop', cause: 'cancel' }, at(15));
      const ended = moved(stopped, { type: 'end', token, observation: { type: 'neverStarted' }, output }, at(16));
      assert.equal(ended.phase, 'cancelled');
      await walk(life.accepted, life.claimed, life.launching, pending, stopped, ended);
    });

    test('the means of a command come back while launching, and are gone once it runs', async () => {
      const { token, ...life } = lifeOf(accepted());
      const admitted = moved(life.launching, { type: 'admit', token, means: 'pod/7f3a' });
      const started = moved(admitted, { type: 'start', token, startedAt: at(20) }, at(21));
      assert.ok(admitted.phase === 'launching' && admitted.means === 'pod/7f3a' && !('means' in started));
      await walk(life.accepted, life.claimed, life.launching, admitted, started);
    });

    test('what the platform noted comes back while launching and at the end, and not while it runs', async () => {
      const { token, ...life } = lifeOf(accepted());
      const events = [{ at: at(12), reason: 'Failed', message: 'no „image“', count: 3 }];
      const waiting = { type: 'pending', token, reason: 'ErrImagePull', message: 'no image', events } as const;
      const pending = moved(life.launching, waiting);
      const started = moved(pending, { type: 'start', token, startedAt: at(20) }, at(21));
      const observation = { type: 'killed', reason: 'OOMKilled', message: 'too much', events } as const;
      const killed = moved(started, { type: 'end', token, observation, output }, at(22));
      assert.ok(pending.phase === 'launching' && !('events' in started) && killed.phase === 'failed');
      assert.deepEqual([pending.events, killed.events], [events, events]);
      await walk(life.accepted, life.claimed, life.launching, pending, started, killed);
    });

    test('the service account of a command comes back, and so does that it has none', async () => {
      const life = lifeOf(accepted({ serviceAccount: 'deployer' }));
      await walk(life.accepted, life.claimed, life.launching);
      const without = lifeOf(accepted());
      await walk(without.accepted, without.claimed);
    });

    test('a stop comes back while running, and what was killed keeps its start and exit', async () => {
      const { token, ...life } = lifeOf(accepted());
      const stopped = moved(life.running, { type: 'requestStop', cause: 'timeout' }, at(25));
      const observation = { type: 'killed', reason: 'Killed', message: 'by us', exitCode: 137 } as const;
      const ended = moved(stopped, { type: 'end', token, observation, output }, at(26));
      assert.ok(ended.phase === 'failed' && ended.startedAt !== undefined && ended.exitCode === 137);
      await walk(life.accepted, life.claimed, life.launching, life.running, stopped, ended);
    });

    test('a failure without a start has neither start nor exit', async () => {
      const first = accepted({ queueDeadline: at(5) });
      const ended = moved(first, { type: 'expireQueue' }, at(5));
      await walk(first, ended);
      const found = await store().read(({ commands }) => commands.get(first.facts.id));
      assert.ok(found?.phase === 'failed' && !('startedAt' in found) && !('exitCode' in found));
    });

    test('a claim that is dropped goes back to the queue with its attempts', async () => {
      const { token, ...life } = lifeOf(accepted());
      await walk(life.accepted, life.claimed, moved(life.claimed, { type: 'dropLease', token, workerDied: true }));
    });

    test('a save from another revision writes nothing and says so', async () => {
      const life = lifeOf(accepted());
      await walk(life.accepted, life.claimed, life.launching);
      const { id } = life.accepted.facts;
      assert.equal(await store().write(({ commands }) => commands.save(life.completed, life.claimed.revision)), false);
      assert.deepEqual(await store().read(({ commands }) => commands.get(id)), life.launching);
      assert.deepEqual(await store().read(({ commands }) => commands.payload(id)), payload);
    });

    test('saving a command that is not stored says so', async () => {
      const { claimed } = lifeOf(accepted());
      assert.equal(await store().write(({ commands }) => commands.save(claimed, 1)), false);
    });

    test('the same id cannot be inserted twice', async () => {
      const command = accepted();
      await walk(command);
      await assert.rejects(store().write(({ commands }) => commands.insert(command, payload)));
    });

    test('a command is found under its own cluster only', async () => {
      const command = accepted();
      await walk(command);
      const { id, clusterUid } = command.facts;
      assert.deepEqual(await store().read(({ commands }) => commands.find(clusterUid, id)), command);
      assert.equal(await store().read(({ commands }) => commands.find(newClusterUid(), id)), undefined);
      assert.equal(await store().read(({ commands }) => commands.find(clusterUid, newCommandId())), undefined);
    });

    test('the payload comes back byte for byte until the command ends, and never after', async () => {
      const { token, ...life } = lifeOf(accepted());
      const { id } = life.accepted.facts;
      await walk(life.accepted, life.claimed, life.launching, life.running);
      assert.deepEqual(await store().read(({ commands }) => commands.payload(id)), payload);
      await store().write(({ commands }) => commands.save(moved(life.running, exit(token, 0)), life.running.revision));
      assert.equal(await store().read(({ commands }) => commands.payload(id)), undefined);
    });

    test('an empty text without an archive is a payload too', async () => {
      const command = accepted();
      await store().write(({ commands }) => commands.insert(command, { text: '' }));
      const found = await store().read(({ commands }) => commands.payload(command.facts.id));
      assert.deepEqual(found, { text: '' });
    });

    test('removing a command removes its payload, and may be repeated', async () => {
      const command = accepted();
      const { id } = command.facts;
      await walk(command);
      for (const time of ['first', 'second']) {
        await store().write(({ commands }) => commands.remove(id));
        const left = await store().read(async ({ commands }) => [await commands.get(id), await commands.payload(id)]);
        assert.deepEqual(left, [undefined, undefined], `after the ${time} time`);
      }
    });

    test('commands are counted by phase', async () => {
      const before = await store().read(({ commands }) => commands.countByPhase());
      const life = lifeOf(accepted());
      await walk(life.accepted, life.claimed, life.launching, life.running);
      await walk(accepted());
      const now = await store().read(({ commands }) => commands.countByPhase());
      const more = phases.map((phase) => (now[phase] ?? 0) - (before[phase] ?? 0));
      assert.deepEqual(more, [1, 0, 0, 1, 0, 0, 0]);
    });
  });
  commandQueueContract(title, open);
  commandSweepContract(title, open);
  submissionContract(title, open);
}
