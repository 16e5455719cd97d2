import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import type { CommandRef } from '../../../src/client/session.ts';
import { spoolDirectory } from '../../../src/executors/kubernetes/pod/build-pod.ts';
import type { CommandResult } from '../../../src/wire/command-result-schema.ts';
import { inParallel } from '../../loss/in-parallel.ts';
import { seededRandom } from '../../loss/seeded-random.ts';
import { shortened } from '../../shortened.ts';
import { type PodServer, startPodServer } from '../pod-server.ts';

const moments = shortened(1000, 25);
const width = 8;
const exitCode = 7;
const written = 'before\nafter\ndone\n';

/** What a command that was cancelled at some moment came to. */
interface Trial {
  readonly ref: CommandRef;
  readonly mark: string;
  readonly cancelSentAt: number;
  readonly answer: CommandResult;
  /** How many effects there were when the end was answered. */
  readonly effectsAtAnswer: number;
}

describe('cancel of commands in pods', () => {
  let server: PodServer;
  before(async () => {
    const flags = ['--concurrent', String(width), '--worker-concurrency', String(width)];
    server = await startPodServer({ flags });
  });
  after(() => server.dispose());

  async function trial(mark: string, [first, second]: readonly string[], pauseMs: number): Promise<Trial> {
    const client = server.client();
    const effect = `echo before; ${server.marks.command(mark)}; echo after`;
    const command = `sleep ${first}; ${effect}; sleep ${second}; echo done; exit ${exitCode}`;
    const ref = await server.submit({ command, longarm: { graceSeconds: 1 } });
    await pass(pauseMs);
    const cancelSentAt = Date.now();
    await client.cancel(ref);
    const answer = await client.waitForEnd(ref);
    await server.marks.settled();
    client.close();
    return { ref, mark, cancelSentAt, answer, effectsAtAnswer: server.marks.count(mark) };
  }

  test(`at ${moments.title} random moments of the first 5 s: no effect after the answer, none twice, nothing left, and the end stays`, async (t) => {
    const seed = Number(process.env['CANCEL_SEED_OF_LONGARM'] ?? randomInt(2 ** 31));
    const random = seededRandom(seed);
    const chances = Array.from({ length: moments.count }, () => ({
      naps: [random() * 1.5, random() * 1.5].map((nap) => nap.toFixed(2)),
      pauseMs: Math.floor(random() * 5000),
    }));
    // Two more than may run at once, so that some are still in the queue.
    const trials = await inParallel(moments.count, width + 2, (index) => {
      const { naps, pauseMs } = chances[index] ?? { naps: [], pauseMs: 0 };
      return trial(`moment-${index}`, naps, pauseMs);
    });
    const count = (state: string, effects: number) =>
      trials.filter((each) => each.answer.properties.provisioningState === state && each.effectsAtAnswer === effects)
        .length;
    t.diagnostic(
      `seed ${seed} (CANCEL_SEED_OF_LONGARM): ${count('Succeeded', 1)} completed, ${count('Canceled', 0)} cancelled before their effect, ${count('Canceled', 1)} after`,
    );
    await server.nothingLeft();
    const client = server.client();
    for (const { ref, mark, cancelSentAt, answer, effectsAtAnswer } of trials) {
      const { provisioningState, exitCode: code, longarm, logs } = answer.properties;
      const what = `seed ${seed}, command ${ref.id}: ${JSON.stringify(answer.properties)}`;
      assert.equal(server.marks.count(mark), effectsAtAnswer, `an effect after the answer; ${what}`);
      assert.ok(effectsAtAnswer <= 1, `${effectsAtAnswer} effects; ${what}`);
      if (provisioningState === 'Succeeded') {
        assert.deepEqual([code, effectsAtAnswer, logs, longarm?.complete], [exitCode, 1, written, true], what);
      } else {
        assert.equal(provisioningState, 'Canceled', what);
        // An exit that was recorded before the cancel was even sent is an exit.
        const early = cancelSentAt - Date.parse(longarm?.times.finishedAt ?? '');
        assert.ok(early <= 0, `it had ended ${early} ms before; ${what}`);
        // It is told what the command wrote, to the line where it was when it was stopped, and that this is all.
        assert.match(logs ?? '', effectsAtAnswer === 0 ? /^(before\n)?$/ : /^before\n(after\n(done\n)?)?$/, what);
        assert.equal(longarm?.complete, true, what);
      }
      assert.deepEqual(await client.waitForEnd(ref), answer, 'the end changed');
    }
  });

  test('of one that took its gate away says that it ran', async () => {
    const client = server.client();
    const mark = 'without-gate';
    const command = `rm ${spoolDirectory}/gate && ${server.marks.command(mark)}; echo here; sleep 100`;
    const ref = await server.submit({ command, longarm: { graceSeconds: 1 } });
    await server.marks.arrived(mark, AbortSignal.timeout(60_000));
    await client.cancel(ref);
    const { properties } = await client.waitForEnd(ref);
    assert.equal(properties.provisioningState, 'Canceled');
    assert.ok(properties.startedAt, JSON.stringify(properties));
    assert.deepEqual([properties.logs, properties.longarm?.complete], ['here\n', true]);
    await server.nothingLeft();
    assert.equal(server.marks.count(mark), 1);
  });
});
