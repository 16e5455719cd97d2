import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cancelCommand } from '../../src/control-plane/cancel-command.ts';
import { expireOverdue } from '../../src/control-plane/expire.ts';
import { noOutput } from '../../src/core/command.ts';
import type { CommandId } from '../../src/core/command-id.ts';
import { randomIds } from '../../src/main/random-ids.ts';
import { type Claim, type CommandFeed, LeaseLost } from '../../src/ports/command-feed.ts';
import { OutputGap } from '../../src/ports/output-store.ts';
import type { Plane } from '../control-plane/plane.ts';

/** A feed, and the control plane behind it. */
export type FeedFactory = () => Promise<{ readonly feed: CommandFeed; readonly behind: Plane; close(): Promise<void> }>;

/** What every `CommandFeed` must do, however far the control plane is away. */
export function commandFeedContract(title: string, open: FeedFactory): void {
  describe(`the command feed contract: ${title}`, () => {
    let opened: Awaited<ReturnType<FeedFactory>>;
    let feed: CommandFeed;
    let behind: Plane;
    before(async () => {
      opened = await open();
      ({ feed, behind } = opened);
    });
    after(() => opened.close());

    const signal = new AbortController().signal;
    const workerId = randomIds.workerId();
    const claim = async (): Promise<Claim> => {
      const claimed = await feed.claim(workerId, signal);
      assert.ok(claimed);
      return claimed;
    };
    const phaseOf = async (id: CommandId) => (await behind.plane.store.read(({ commands }) => commands.get(id)))?.phase;
    const cancel = (id: CommandId) => cancelCommand(behind.plane, behind.actor, behind.cluster.address, id);
    const finish = (held: Claim) =>
      feed.report(held.commandId, held.token, {
        type: 'ended',
        observation: { type: 'lost', reason: 'WorkerLost', message: 'over' },
        output: noOutput,
      });
    /** Submits, claims and launches a command. */
    const launched = async (text = 'exit 0', more = {}) => {
      const id = await behind.submit(text, more);
      const held = await claim();
      assert.equal(held.commandId, id);
      await feed.report(id, held.token, { type: 'launching' });
      return held;
    };

    test('commands are claimed the oldest first, each once, with what it takes to run them', async () => {
      const first = await behind.submit('exit 1');
      behind.clock.advance(1);
      const second = await behind.submit('exit 2');
      const [a, b] = [await claim(), await claim()];
      assert.deepEqual([a.commandId, b.commandId], [first, second]);
      assert.deepEqual([a.phase, a.storedBytes, a.executor, a.shell], ['claimed', 0, 'scripted', 'sh']);
      assert.equal((await feed.payload(first, a.token))?.text, 'exit 1');
      for (const held of [a, b]) {
        await feed.report(held.commandId, held.token, { type: 'launching' });
        await finish(held);
      }
    });

    test('a claim that waits is woken by a submit, and ends without a command when it is aborted', async () => {
      const waiting = claim();
      const id = await behind.submit();
      const held = await waiting;
      assert.equal(held.commandId, id);
      await cancel(id);
      const aborting = new AbortController();
      const nothing = feed.claim(workerId, aborting.signal);
      aborting.abort();
      assert.equal(await nothing, undefined);
    });

    test('a stop comes through a renew at once, and is not said again to a worker that knows of it', async () => {
      const held = await launched();
      const waiting = feed.renew(held.commandId, held.token, {}, signal);
      await cancel(held.commandId);
      const renewal = await waiting;
      assert.equal(renewal.type === 'stop' && renewal.cause, 'cancel');
      const again = feed.renew(held.commandId, held.token, { stop: 'cancel' }, signal);
      await behind.clock.sleeperWithin(10_000);
      behind.clock.advance(10_000);
      assert.deepEqual(await again, { type: 'keep' });
      await finish(held);
    });

    test('a renew of a command that has ended says to let go', async () => {
      const held = await launched();
      await finish(held);
      assert.deepEqual(await feed.renew(held.commandId, held.token, {}, signal), { type: 'letGo' });
    });

    test('a command that does not start in time is told to stop, with that cause', async () => {
      const held = await launched();
      behind.clock.advance(behind.plane.limits.startMs);
      const renewal = await feed.renew(held.commandId, held.token, {}, signal);
      assert.equal(renewal.type === 'stop' && renewal.cause, 'startTimeout');
      await finish(held);
    });

    test('a command that outlives its supervisor’s own limit is told to stop, with that cause', async () => {
      const held = await launched('exit 0', { timeoutMs: 60_000 });
      await feed.report(held.commandId, held.token, { type: 'started', startedAt: behind.clock.now() });
      behind.clock.advance(60_000 + held.facts.graceMs + 15_000);
      const renewal = await feed.renew(held.commandId, held.token, {}, signal);
      assert.equal(renewal.type === 'stop' && renewal.cause, 'timeout');
      await finish(held);
    });

    test('a report that is repeated because its answer was lost is taken again', async () => {
      const held = await launched();
      const { commandId, token } = held;
      await feed.report(commandId, token, { type: 'launching' });
      const started = { type: 'started', startedAt: behind.clock.now() } as const;
      await feed.report(commandId, token, started);
      await feed.report(commandId, token, started);
      await feed.report(commandId, token, { type: 'launching' });
      assert.equal(await phaseOf(commandId), 'running');
      await finish(held);
    });

    test('after a cancel in claimed the launch is refused, so nothing is touched', async () => {
      await behind.submit();
      const held = await claim();
      await cancel(held.commandId);
      await assert.rejects(feed.report(held.commandId, held.token, { type: 'launching' }), LeaseLost);
      assert.equal(await phaseOf(held.commandId), 'cancelled');
    });

    test('a lease that ran out goes to another worker, and the former one is refused everything', async () => {
      const held = await launched();
      const { commandId, token } = held;
      await feed.appendOutput(commandId, token, 0, Buffer.from('abc'));
      behind.clock.advance(held.leaseMs);
      const adopted = await claim();
      assert.deepEqual([adopted.commandId, adopted.phase, adopted.storedBytes], [commandId, 'launching', 3]);
      const started = { type: 'started', startedAt: behind.clock.now() } as const;
      const refused: readonly (() => Promise<unknown>)[] = [
        () => feed.report(commandId, token, started),
        () => finish(held),
        () => feed.appendOutput(commandId, token, 3, Buffer.from('x')),
        () => feed.sealOutput(commandId, token),
        () => feed.payload(commandId, token),
      ];
      for (const call of refused) await assert.rejects(call, LeaseLost);
      assert.deepEqual(await feed.renew(commandId, token, {}, signal), { type: 'letGo' });
      await feed.release(commandId, token);
      assert.equal(await phaseOf(commandId), 'launching');
      await finish(adopted);
    });

    test('the means that a worker was admitted to go to whoever adopts the launch, who is admitted to no others', async () => {
      const held = await launched();
      const { commandId, token } = held;
      const admitted = (by: Claim, means: string) => feed.report(commandId, by.token, { type: 'admitted', means });
      assert.equal(held.means, undefined);
      await admitted(held, 'pod/1');
      await admitted(held, 'pod/1');
      await assert.rejects(admitted(held, 'pod/2'), /other means/);
      behind.clock.advance(held.leaseMs);
      const adopted = await claim();
      assert.deepEqual([adopted.phase, adopted.means], ['launching', 'pod/1']);
      await assert.rejects(admitted(held, 'pod/1'), LeaseLost);
      await assert.rejects(admitted(adopted, 'pod/2'), /other means/);
      await admitted(adopted, 'pod/1');
      await feed.report(commandId, adopted.token, { type: 'started', startedAt: behind.clock.now() });
      behind.clock.advance(held.leaseMs);
      const running = await claim();
      assert.deepEqual([running.commandId, running.phase, running.means], [commandId, 'running', undefined]);
      await assert.rejects(feed.report(commandId, token, { type: 'admitted', means: 'pod/1' }), LeaseLost);
      await finish(running);
    });

    test('a claimed command whose worker is silent goes back to the queue', async () => {
      const id = await behind.submit();
      const held = await claim();
      behind.clock.advance(held.leaseMs);
      await expireOverdue(behind.plane);
      const again = await claim();
      assert.deepEqual([again.commandId, again.phase], [id, 'claimed']);
      assert.notEqual(again.token, held.token);
      await cancel(id);
    });

    test('a lease that is given back can be taken at once', async () => {
      const held = await launched();
      await feed.release(held.commandId, held.token);
      const adopted = await claim();
      assert.deepEqual([adopted.commandId, adopted.phase], [held.commandId, 'launching']);
      await finish(adopted);
    });

    test('output is stored by offset: an overlap is cut, a gap is refused', async () => {
      const held = await launched();
      const { commandId, token } = held;
      assert.equal(await feed.appendOutput(commandId, token, 0, Buffer.from('hello')), 5);
      assert.equal(await feed.appendOutput(commandId, token, 3, Buffer.from('lo wor')), 9);
      await assert.rejects(feed.appendOutput(commandId, token, 99, Buffer.from('x')), OutputGap);
      const seal = await feed.sealOutput(commandId, token);
      assert.equal(seal.storedBytes, 9);
      assert.deepEqual(await feed.sealOutput(commandId, token), seal);
      const output = { ...seal, totalBytes: 9, complete: true };
      const observation = { type: 'lost', reason: 'WorkerLost', message: '' } as const;
      const lie = { ...output, sha256: '00'.repeat(32) };
      await assert.rejects(feed.report(commandId, token, { type: 'ended', observation, output: lie }));
      await feed.report(commandId, token, { type: 'ended', observation, output });
      assert.equal(await phaseOf(commandId), 'failed');
    });

    test('output beyond the limit is cut there, and the command is told to stop', async () => {
      const held = await launched();
      const limit = behind.plane.limits.outputBytes;
      const { commandId, token } = held;
      assert.equal(await feed.appendOutput(commandId, token, 0, Buffer.alloc(limit - 1)), limit - 1);
      assert.equal(await feed.appendOutput(commandId, token, limit - 1, Buffer.from('xyz')), limit);
      const renewal = await feed.renew(commandId, token, {}, signal);
      assert.equal(renewal.type === 'stop' && renewal.cause, 'outputLimit');
      const seal = await feed.sealOutput(commandId, token);
      const observation = { type: 'lost', reason: 'WorkerLost', message: '' } as const;
      await feed.report(commandId, token, {
        type: 'ended',
        observation,
        output: { ...seal, totalBytes: limit, complete: false },
      });
    });

    test('text and files are gone when a command has ended', async () => {
      const held = await launched('exit 0');
      await finish(held);
      assert.equal(await behind.plane.store.read(({ commands }) => commands.payload(held.commandId)), undefined);
    });

    test('the sweep is told which commands are not finished', async () => {
      const held = await launched();
      const gone = randomIds.commandId();
      assert.deepEqual(await feed.unfinishedAmong([held.commandId, gone]), [held.commandId]);
      await finish(held);
      assert.deepEqual(await feed.unfinishedAmong([held.commandId, gone]), []);
    });
  });
}
