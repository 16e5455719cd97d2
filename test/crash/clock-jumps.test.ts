import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { assertCompleted, assertNothingLeft, newTrial } from './crash-trial.ts';
import { type CrashingServer, startCrashingServer } from './crashing-server.ts';

const hourMs = 3_600_000;
const keeps = { keepsIdempotencyKeys: true };

describe('a server whose machine’s clock is set', () => {
  let server: CrashingServer;
  before(async () => {
    const preload = join(dirname(fileURLToPath(import.meta.url)), 'programs/jumping-clock.ts');
    server = await startCrashingServer({ preload });
  });
  after(() => server.dispose());
  const setBy = (durationMs: number) => writeFileSync(join(dirname(server.folder), 'clock-set-by'), String(durationMs));

  for (const [title, from, to] of [
    ['an hour forth', 0, hourMs],
    ['two hours back', hourMs, -hourMs],
  ] as const) {
    test(`${title}: what runs ends by itself, time limits hold, and new commands run`, async () => {
      setBy(from);
      const trial = newTrial(server);
      const ref = await trial.submit();
      await trial.hasBegun();
      setBy(to);
      const limited = { command: 'sleep 600', longarm: { timeoutSeconds: 1 } };
      const tooLong = await server.client().submit(server.cluster, limited, keeps);
      const { properties } = await server.client().waitForEnd(tooLong);
      assert.match(properties.reason ?? '', /TimedOut/);
      const short = await server.client().submit(server.cluster, { command: 'exit 3' }, keeps);
      assert.equal((await server.client().waitForEnd(short)).properties.exitCode, 3);
      trial.letEnd();
      await assertCompleted(server, ref, trial);
      const { times } = (await server.client().waitForEnd(ref)).properties.longarm ?? {};
      assert.ok(times?.startedAt !== undefined && times.finishedAt !== undefined);
      assert.ok(times.submittedAt <= times.startedAt && times.startedAt <= times.finishedAt, JSON.stringify(times));
      await assertNothingLeft(server);
    });
  }
});
