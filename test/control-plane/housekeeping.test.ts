import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { cancelCommand } from '../../src/control-plane/cancel-command.ts';
import { dropAllLeases, expireOverdue } from '../../src/control-plane/expire.ts';
import { createCommandFeed } from '../../src/control-plane/feed/command-feed.ts';
import { prune, sweepOutputs } from '../../src/control-plane/prune.ts';
import type { CommandId } from '../../src/core/command-id.ts';
import { randomIds } from '../../src/main/random-ids.ts';
import { openPlane, type Plane } from './plane.ts';

const hour = 3_600_000;
const day = 24 * hour;

describe('what is done again and again', () => {
  let behind: Plane;
  beforeEach(async () => {
    behind = await openPlane();
  });
  afterEach(() => behind.close());
  const get = (id: CommandId) => behind.plane.store.read(({ commands }) => commands.get(id));

  test('a command that waits beyond the queue limit fails, and not a moment before', async () => {
    const id = await behind.submit();
    behind.clock.advance(hour - 1);
    assert.equal(await expireOverdue(behind.plane), 0);
    behind.clock.advance(1);
    assert.equal(await expireOverdue(behind.plane), 1);
    const command = await get(id);
    assert.ok(command?.phase === 'failed' && command.failure.reason === 'QueueTimeout');
  });

  test('a command that has waited too long is not run, though nobody has failed it yet', async () => {
    await behind.submit();
    behind.clock.advance(hour);
    const claiming = new AbortController();
    const claim = createCommandFeed(behind.plane).claim(randomIds.workerId(), claiming.signal);
    await behind.clock.sleeperWithin(5_000);
    claiming.abort();
    assert.equal(await claim, undefined);
  });

  test('at the start of a server all leases are dropped: what was claimed waits again, what was launched can be adopted', async () => {
    const feed = createCommandFeed(behind.plane);
    const worker = randomIds.workerId();
    const signal = new AbortController().signal;
    const [claimed, launched] = [await behind.submit(), await behind.submit()];
    const first = await feed.claim(worker, signal);
    const second = await feed.claim(worker, signal);
    assert.ok(first && second);
    const toLaunch = first.commandId === launched ? first : second;
    await feed.report(toLaunch.commandId, toLaunch.token, { type: 'launching' });
    assert.equal((await dropAllLeases(behind.plane)).length, 2);
    assert.equal((await get(claimed))?.phase, 'accepted');
    const adopted = await feed.claim(worker, signal);
    const again = await feed.claim(worker, signal);
    assert.deepEqual(new Set([adopted?.phase, again?.phase]), new Set(['claimed', 'launching']));
  });

  test('finished commands go with their output when their retention is over, and unfinished ones never', async () => {
    const finished = await behind.submit();
    await cancelCommand(behind.plane, behind.actor, behind.cluster.address, finished);
    await behind.plane.outputs.append(finished, 0, Buffer.from('output'));
    const waiting = await behind.submit();
    behind.clock.advance(30 * day - 1);
    assert.equal((await prune(behind.plane, 365 * day)).commands, 0);
    behind.clock.advance(1);
    assert.equal((await prune(behind.plane, 365 * day)).commands, 1);
    assert.equal(await get(finished), undefined);
    assert.equal(await behind.plane.outputs.length(finished), 0);
    assert.equal((await get(waiting))?.phase, 'accepted');
  });

  test('output that belongs to no command is swept, and that of commands stays', async () => {
    const id = await behind.submit();
    const orphan = randomIds.commandId();
    for (const each of [id, orphan]) await behind.plane.outputs.append(each, 0, Buffer.from('x'));
    assert.equal(await sweepOutputs(behind.plane), 1);
    assert.deepEqual([await behind.plane.outputs.length(id), await behind.plane.outputs.length(orphan)], [1, 0]);
  });
});
