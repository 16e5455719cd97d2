import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Command, CommandFacts } from '../../src/core/command.ts';
import { principalKey } from '../../src/core/principal.ts';
import type { CommandQuery } from '../../src/ports/command-store.ts';
import { accepted, at, exit, lifeOf, moved, newClusterUid, newCommandId, payload } from './sample-commands.ts';
import { sampleCluster } from './sample-directory.ts';
import { type StoreFactory, storeOfSuite } from './store-factory.ts';

/** How a `CommandStore` lists: pages, sweeps, retention. */
export function commandSweepContract(title: string, open: StoreFactory): void {
  describe(`${title} as a CommandStore: lists`, () => {
    const store = storeOfSuite(open);

    async function keep(...path: readonly Command[]): Promise<string> {
      const [first, ...rest] = path;
      assert.ok(first?.phase === 'accepted');
      await store().write(async ({ commands }) => {
        await commands.insert(first, payload);
        for (const command of rest) assert.ok(await commands.save(command, command.revision - 1));
      });
      return first.facts.id;
    }

    function keepRunning(facts: Partial<CommandFacts>): Promise<string> {
      const { accepted: first, claimed, launching, running } = lifeOf(accepted(facts));
      return keep(first, claimed, launching, running);
    }

    function keepCompleted(facts: Partial<CommandFacts>): Promise<string> {
      const life = lifeOf(accepted(facts));
      return keep(life.accepted, life.claimed, life.launching, life.running, life.completed);
    }

    function idsOf(found: readonly Command[]): string[] {
      return found.map(({ facts }) => facts.id);
    }

    async function page(query: CommandQuery): Promise<string[]> {
      return idsOf(await store().read(({ commands }) => commands.page(query)));
    }

    test('pages go from the newest to the oldest without a gap or a repetition, whatever the phases', async () => {
      const clusterUid = newClusterUid();
      const kept: string[] = [];
      for (const ms of [1, 2, 2, 2, 3, 4, 5]) {
        const facts = { clusterUid, submittedAt: at(ms) };
        kept.push(await (ms % 2 === 0 ? keepCompleted(facts) : keepRunning(facts)));
      }
      await keepRunning({ submittedAt: at(3) });
      const seen: string[] = [];
      let after: CommandQuery['after'];
      for (let pages = 0; pages < 10; pages += 1) {
        const query = { clusterUid, limit: 2, ...(after === undefined ? {} : { after }) };
        const found = await store().read(({ commands }) => commands.page(query));
        if (found.length === 0) break;
        assert.ok(found.length <= 2);
        seen.push(...idsOf(found));
        after = found.at(-1)?.facts;
      }
      assert.deepEqual([...seen].sort(), [...kept].sort());
      const instants = seen.map((id) => [1, 2, 2, 2, 3, 4, 5][kept.indexOf(id)] ?? 0);
      assert.deepEqual(
        instants,
        [...instants].sort((a, b) => b - a),
      );
      const ties = seen.filter((id) => [1, 2, 3].includes(kept.indexOf(id)));
      assert.deepEqual(ties, [...ties].sort().reverse());
    });

    test('a page can be filtered by phases, principal and time, also together', async () => {
      const clusterUid = newClusterUid();
      const bob = { issuer: 'https://issuer.example/', id: 'object-2', displayName: 'Bob' };
      const early = await keepCompleted({ clusterUid, submittedAt: at(10) });
      const bobs = await keepCompleted({ clusterUid, submittedAt: at(20), submittedBy: bob });
      const running = await keepRunning({ clusterUid, submittedAt: at(30), submittedBy: bob });
      const submittedBy = principalKey(bob);
      assert.deepEqual(await page({ clusterUid, limit: 10, phases: ['completed'] }), [bobs, early]);
      assert.deepEqual(await page({ clusterUid, limit: 10, phases: ['running', 'completed', 'failed'] }), [
        running,
        bobs,
        early,
      ]);
      assert.deepEqual(await page({ clusterUid, limit: 10, submittedBy }), [running, bobs]);
      assert.deepEqual(await page({ clusterUid, limit: 10, submittedBy, phases: ['completed'] }), [bobs]);
      assert.deepEqual(await page({ clusterUid, limit: 10, submittedFrom: at(20) }), [running, bobs]);
      assert.deepEqual(await page({ clusterUid, limit: 10, submittedTo: at(20) }), [bobs, early]);
      assert.deepEqual(await page({ clusterUid, limit: 10, submittedFrom: at(11), submittedTo: at(29) }), [bobs]);
      assert.deepEqual(await page({ clusterUid, limit: 10, phases: [] }), []);
    });

    test('the unfinished commands of a cluster are those that have not ended, and leased those with a worker', async () => {
      const clusterUid = newClusterUid();
      const waiting = await keep(accepted({ clusterUid, submittedAt: at(2) }));
      const running = await keepRunning({ clusterUid, submittedAt: at(1) });
      await keepCompleted({ clusterUid });
      await keepRunning({});
      const unfinished = await store().read(({ commands }) => commands.unfinished(clusterUid));
      assert.deepEqual(idsOf(unfinished), [running, waiting]);
      const leased = await store().read(({ commands }) => commands.leased());
      assert.deepEqual(idsOf(leased.filter(({ facts }) => facts.clusterUid === clusterUid)), [running]);
    });

    test('among two thousand ids the unfinished and the known ones are told', async () => {
      const running = lifeOf(accepted());
      await keep(running.accepted, running.claimed, running.launching, running.running);
      const done = lifeOf(accepted());
      await keep(done.accepted, done.claimed, done.launching, done.running, done.completed);
      const [runningId, doneId] = [running.accepted.facts.id, done.accepted.facts.id];
      const ids = [doneId, ...Array.from({ length: 2000 }, newCommandId), runningId];
      await store().read(async ({ commands }) => {
        assert.deepEqual(await commands.unfinishedAmong(ids), [runningId]);
        assert.deepEqual(new Set(await commands.knownAmong(ids)), new Set([doneId, runningId]));
        assert.deepEqual(await commands.unfinishedAmong([]), []);
      });
    });

    test('prunable are finished commands past the retention of their cluster, or else the given one', async () => {
      const brief = sampleCluster({ limits: { retentionMs: 10 } });
      await store().write(({ directory }) => directory.saveCluster(brief));
      await store().write(async ({ commands }) => {
        for (const command of await commands.prunable(at(1_000_000), 0, 1000)) await commands.remove(command.facts.id);
      });
      // `exit` ends a command at 30 ms.
      const soon = await keepCompleted({ clusterUid: brief.uid });
      const later = await keepCompleted({});
      await keepRunning({ clusterUid: brief.uid });
      const prunable = async (ms: number, limit = 10) =>
        idsOf(await store().read(({ commands }) => commands.prunable(at(ms), 100, limit)));
      assert.deepEqual(await prunable(39), []);
      assert.deepEqual(await prunable(40), [soon]);
      assert.deepEqual(await prunable(129), [soon]);
      assert.deepEqual(new Set(await prunable(130)), new Set([soon, later]));
      assert.equal((await prunable(130, 1)).length, 1);
    });

    test('of the prunable commands the one that finished first comes first', async () => {
      const clusterUid = newClusterUid();
      const finishedAt = async (ms: number) => {
        const { token, ...life } = lifeOf(accepted({ clusterUid }));
        const end = exit(token, 0);
        assert.ok(end.type === 'end' && end.observation.type === 'exited');
        const observation = { ...end.observation, finishedAt: at(ms) };
        const ended = moved(life.running, { ...end, observation }, at(25));
        return await keep(life.accepted, life.claimed, life.launching, life.running, ended);
      };
      // Before all others, which `exit` ends at 30 ms.
      const ids = [await finishedAt(24), await finishedAt(22), await finishedAt(23)];
      const found = idsOf(await store().read(({ commands }) => commands.prunable(at(25), 0, 2)));
      assert.deepEqual(found, [ids[1], ids[2]]);
    });
  });
}
