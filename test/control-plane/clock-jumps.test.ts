import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { expireOverdue } from '../../src/control-plane/expire.ts';
import { createCommandFeed } from '../../src/control-plane/feed/command-feed.ts';
import { prune } from '../../src/control-plane/prune.ts';
import type { CommandId } from '../../src/core/command-id.ts';
import { noOutput } from '../../src/core/command.ts';
import { instantFromMs } from '../../src/core/instant.ts';
import { randomIds } from '../../src/main/random-ids.ts';
import { openPlane, type Plane } from './plane.ts';
import { type SetClock, setClock } from './set-clock.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

for (const [jump, wayMs] of [
  ['an hour forth', hourMs],
  ['an hour back', -hourMs],
] as const) {
  describe(`when the machine’s clock jumps ${jump}`, () => {
    let time: SetClock;
    let behind: Plane;
    beforeEach(async () => {
      time = setClock();
      behind = await openPlane({}, time.clock);
    });
    afterEach(() => behind.close());

    const phaseOf = async (id: CommandId) => (await behind.plane.store.read(({ commands }) => commands.get(id)))?.phase;
    const claim = async () => {
      const claimed = await createCommandFeed(behind.plane).claim(randomIds.workerId(), new AbortController().signal);
      assert.ok(claimed);
      return claimed;
    };

    test('a command that waits goes on waiting, and fails when its hour is over', async () => {
      const id = await behind.submit();
      time.machine.advance(10 * minuteMs);
      time.setBy(wayMs);
      await expireOverdue(behind.plane);
      assert.equal(await phaseOf(id), 'accepted');
      time.machine.advance(40 * minuteMs);
      await expireOverdue(behind.plane);
      assert.equal(await phaseOf(id), 'accepted');
      time.machine.advance(20 * minuteMs);
      await expireOverdue(behind.plane);
      assert.equal(await phaseOf(id), 'failed');
    });

    test('a lease stays good, and runs out when nobody renews it', async () => {
      const id = await behind.submit();
      await claim();
      time.setBy(wayMs);
      time.machine.advance(20_000);
      await expireOverdue(behind.plane);
      assert.equal(await phaseOf(id), 'claimed');
      time.machine.advance(20_000);
      await expireOverdue(behind.plane);
      assert.equal(await phaseOf(id), 'accepted');
    });

    test('a command that is starting or running is told to stop neither early nor for ever', async () => {
      await behind.submit('exit 0', { timeoutMs: 10 * minuteMs });
      const { commandId, token } = await claim();
      const feed = createCommandFeed(behind.plane);
      await feed.report(commandId, token, { type: 'launching' });
      time.setBy(wayMs);
      // The machine that it runs on has jumped as well.
      const startedAt = instantFromMs(time.machine.now() + wayMs);
      const impatient = AbortSignal.abort();
      assert.deepEqual(await feed.renew(commandId, token, {}, impatient), { type: 'keep' });
      await feed.report(commandId, token, { type: 'started', startedAt });
      time.machine.advance(8 * minuteMs);
      assert.deepEqual(await feed.renew(commandId, token, {}, impatient), { type: 'keep' });
      time.machine.advance(8 * minuteMs);
      const told = await feed.renew(commandId, token, {}, impatient);
      assert.equal(told.type === 'stop' && told.cause, 'timeout');
    });

    test('what is told of a command’s times is in their order, and a finished one is kept', async () => {
      const id = await behind.submit();
      const { commandId, token } = await claim();
      const feed = createCommandFeed(behind.plane);
      await feed.report(commandId, token, { type: 'launching' });
      time.setBy(wayMs);
      const startedAt = instantFromMs(time.machine.now() + wayMs);
      await feed.report(commandId, token, { type: 'started', startedAt });
      const observation = { type: 'exited', exitCode: 0, cause: 'exit', startedAt, finishedAt: startedAt } as const;
      await feed.report(commandId, token, { type: 'ended', observation, output: noOutput });
      const command = await behind.plane.store.read(({ commands }) => commands.get(id));
      assert.ok(command?.phase === 'completed');
      const { facts, startedAt: told, finishedAt } = command;
      assert.ok(facts.submittedAt <= told && told <= finishedAt && finishedAt <= time.clock.now());
      assert.equal((await prune(behind.plane, 1)).commands, 0);
    });

    test('a request that is sent again is known again', async () => {
      const id = await behind.submit('exit 0', { clientRequestId: 'once' });
      time.setBy(wayMs);
      assert.equal(await behind.submit('exit 0', { clientRequestId: 'once' }), id);
    });
  });
}
