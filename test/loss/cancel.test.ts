import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArmClient } from '../../src/client/arm-client.ts';
import type { CommandRef } from '../../src/client/session.ts';
import type { CommandResult } from '../../src/wire/command-result-schema.ts';
import { shortened } from '../shortened.ts';
import { inParallel } from './in-parallel.ts';
import { type LiveServer, startLiveServer } from './live-server.ts';
import { firstOutput } from './read-output.ts';
import { seededRandom } from './seeded-random.ts';

const moments = shortened(1000, 10);
const exits = shortened(200, 10);
const width = 6;
const exitCode = 7;

/** What a command that may have been cancelled came to. */
interface Trial {
  readonly ref: CommandRef;
  readonly effects: string;
  /** When the cancel was sent, and what was answered as the end, and how many effects there were by then. */
  readonly cancelSentAt: number;
  readonly answer: CommandResult;
  readonly effectsAtAnswer: number;
}

function effectsIn(file: string): number {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
}

describe('cancel, at whatever moment', () => {
  let server: LiveServer;
  let client: ArmClient;
  before(async () => {
    server = await startLiveServer({ flags: ['--concurrent', String(width)] });
    client = server.client();
  });
  after(() => server.stop());

  const submit = (command: string): Promise<CommandRef> => {
    const request = { command, longarm: { graceSeconds: 1 } };
    return client.submit(server.cluster, request, { keepsIdempotencyKeys: true });
  };

  /** Cancels after a while and waits for the end. */
  async function cancelled(ref: CommandRef, effects: string, afterMs: number): Promise<Trial> {
    await sleep(afterMs);
    const cancelSentAt = Date.now();
    await client.cancel(ref);
    const answer = await client.waitForEnd(ref);
    return { ref, effects, cancelSentAt, answer, effectsAtAnswer: effectsIn(effects) };
  }

  /** What holds for every one of them, looked at once all have ended. */
  async function assertSound(trials: readonly Trial[], why: string): Promise<void> {
    await server.nothingLeft();
    for (const { ref, effects, cancelSentAt, answer, effectsAtAnswer } of trials) {
      const { provisioningState, exitCode: code, longarm, logs } = answer.properties;
      const what = `${why}, command ${ref.id}: ${JSON.stringify(answer.properties)}`;
      assert.equal(effectsIn(effects), effectsAtAnswer, `an effect after the answer; ${what}`);
      assert.ok(effectsAtAnswer <= 1, `${effectsAtAnswer} effects; ${what}`);
      const finishedAt = Date.parse(longarm?.times.finishedAt ?? '');
      switch (provisioningState) {
        case 'Succeeded':
          assert.deepEqual([code, effectsAtAnswer, logs], [exitCode, 1, 'done\n'], what);
          break;
        case 'Canceled':
          // An exit that was recorded before the cancel was even sent is an exit.
          assert.ok(finishedAt >= cancelSentAt, `it had ended ${cancelSentAt - finishedAt} ms before; ${what}`);
          break;
        default:
          assert.fail(what);
      }
      assert.deepEqual(await client.waitForEnd(ref), answer, 'the end changed');
      await client.cancel(ref);
      assert.deepEqual(await client.waitForEnd(ref), answer, 'a second cancel changed the end');
    }
  }

  function tell(t: TestContext, trials: readonly Trial[], seed: number): void {
    const count = (state: string, effects: number) =>
      trials.filter((each) => each.answer.properties.provisioningState === state && each.effectsAtAnswer === effects)
        .length;
    const [clean, late] = [count('Canceled', 0), count('Canceled', 1)];
    t.diagnostic(
      `seed ${seed}: ${count('Succeeded', 1)} completed, ${clean} cancelled before their effect, ${late} after`,
    );
  }

  test(`at ${moments.title} random moments of the first 0.5 s: no effect after the answer, none twice, and the end stays`, async (t) => {
    const seed = randomInt(2 ** 31);
    const random = seededRandom(seed);
    const chances = Array.from({ length: moments.count }, () => ({
      nap: (random() * 0.2).toFixed(3),
      pauseMs: Math.floor(random() * 500),
    }));
    // Two more than may run at once, so that some are still in the queue.
    const trials = await inParallel(moments.count, width + 2, async (index) => {
      const { nap, pauseMs } = chances[index] ?? { nap: 0, pauseMs: 0 };
      const effects = join(server.folder, `moment-${index}`);
      const ref = await submit(`sleep ${nap}; echo effect >>${effects}; echo done; exit ${exitCode}`);
      return cancelled(ref, effects, pauseMs);
    });
    tell(t, trials, seed);
    await assertSound(trials, `seed ${seed}`);
  });

  test(`${exits.title} times while it exits: whichever is first stands, and says what happened`, async (t) => {
    const seed = randomInt(2 ** 31);
    const random = seededRandom(seed);
    const trials: Trial[] = [];
    for (let index = 0; index < exits.count; index += 1) {
      const effects = join(server.folder, `exit-${index}`);
      const gate = join(server.folder, `gate-${index}`);
      const wait = `while [ ! -e ${gate} ]; do sleep 0.01; done`;
      const ref = await submit(`echo done; ${wait}; echo effect >>${effects}; exit ${exitCode}`);
      await firstOutput(client, ref);
      const cancelling = cancelled(ref, effects, Math.floor(random() * 40));
      await sleep(Math.floor(random() * 20));
      writeFileSync(gate, '');
      trials.push(await cancelling);
    }
    tell(t, trials, seed);
    await assertSound(trials, `seed ${seed}`);
  });

  test('in a full queue: cancelled at once, never run, and its place is free', async () => {
    const gate = join(server.folder, 'queue-gate');
    const ran = join(server.folder, 'queue-ran');
    const hold = `echo begun; while [ ! -e ${gate} ]; do sleep 0.02; done`;
    const holders = await Promise.all(Array.from({ length: width }, () => submit(hold)));
    await Promise.all(holders.map((ref) => firstOutput(client, ref)));
    const waiting = await submit(`echo >${ran}`);
    const { result } = await client.result(waiting);
    assert.equal(result.properties.longarm?.phase, 'accepted');
    await client.cancel(waiting);
    const state = await client.result(waiting);
    assert.deepEqual([state.finished, state.result.properties.provisioningState], [true, 'Canceled']);
    assert.equal(state.result.properties.startedAt, undefined);
    writeFileSync(gate, '');
    for (const ref of holders) assert.equal((await client.waitForEnd(ref)).properties.exitCode, 0);
    const next = await client.waitForEnd(await submit('exit 4'));
    assert.equal(next.properties.exitCode, 4);
    assert.deepEqual((await client.result(waiting)).result, state.result);
    assert.ok(!existsSync(ran));
  });

  test('while it runs: what was written is kept, and nothing is written after the answer', async () => {
    const effects = join(server.folder, 'running');
    const ref = await submit(`trap '' TERM; echo begun; while :; do echo effect >>${effects}; sleep 0.01; done`);
    await firstOutput(client, ref);
    await client.cancel(ref);
    const { properties } = await client.waitForEnd(ref);
    const atAnswer = effectsIn(effects);
    assert.deepEqual([properties.provisioningState, properties.logs], ['Canceled', 'begun\n']);
    await server.nothingLeft();
    assert.equal(effectsIn(effects), atAnswer);
  });

  test('after its end: it stays as it ended', async () => {
    const ref = await submit('echo over; exit 9');
    const before = await client.waitForEnd(ref);
    await Promise.all([client.cancel(ref), client.cancel(ref)]);
    assert.deepEqual(await client.waitForEnd(ref), before);
    assert.deepEqual([before.properties.provisioningState, before.properties.exitCode], ['Succeeded', 9]);
  });
});
