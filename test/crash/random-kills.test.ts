import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { seededRandom } from '../loss/seeded-random.ts';
import { shortened } from '../shortened.ts';
import { assertNothingLeft, assertSame, outputOf } from './crash-trial.ts';
import { type CrashingServer, startCrashingServer } from './crashing-server.ts';

const kills = shortened(1000, 40);
/** How many clients submit one command after the other all the while. */
const clients = 4;
/** A life ends at some moment up to this long after it began: in the start, or with commands in every phase. */
const longestLifeMs = 1500;

describe('kill -9 at random moments', () => {
  let server: CrashingServer;
  before(async () => {
    server = await startCrashingServer();
  });
  after(() => server.dispose());

  test(`${kills.title} kills: each command took effect once, ended with its own code and lost no byte`, async (t) => {
    const seed = Number(process.env['CRASH_SEED_OF_LONGARM'] ?? randomInt(2 ** 31));
    t.diagnostic(`seed ${seed}; give it as CRASH_SEED_OF_LONGARM to have the same moments`);
    const random = seededRandom(seed);
    let isOver = false;
    let submitted = 0;
    let unrun = 0;

    const runOne = async (): Promise<void> => {
      const number = (submitted += 1);
      const effects = join(server.folder, `effects-of-${number}`);
      const command = `echo effect >>${effects}; echo ${number}; sleep 0.${number % 10}; printf 'end of %s' ${number}; exit ${number % 256}`;
      const ref = await server.client().submit(server.cluster, { command }, { keepsIdempotencyKeys: true });
      const result = await server.client().waitForEnd(ref);
      const count = existsSync(effects) ? readFileSync(effects, 'utf8').split('\n').length - 1 : 0;
      const { provisioningState, exitCode, reason = '' } = result.properties;
      if (provisioningState === 'Failed') {
        // Whoever is killed three times between taking a command and launching it gives it up, and says so.
        assert.match(reason, /AttemptsExhausted/);
        assert.equal(count, 0);
        unrun += 1;
        return;
      }
      assert.deepEqual([provisioningState, exitCode, count], ['Succeeded', number % 256, 1], reason);
      assert.equal(await outputOf(server, ref), `${number}\nend of ${number}`);
      await assertSame(server, ref, result);
    };
    const submitting = Array.from({ length: clients }, async () => {
      while (!isOver) await runOne();
    });
    const killing = async (): Promise<void> => {
      for (let kill = 0; kill < kills.count; kill += 1) {
        await pass(random() * longestLifeMs);
        await server.kill();
        const starting = server.start();
        // Now and then it does not even come up.
        if (random() < 0.8) await starting;
      }
      await server.kill();
      await server.start();
    };
    await Promise.all([killing().finally(() => (isOver = true)), ...submitting]);
    await assertNothingLeft(server);
    t.diagnostic(`${submitted} commands, ${unrun} of them given up and not run`);
    assert.ok(submitted > kills.count / 4, `${submitted} commands are too few to prove anything`);
  });
});
