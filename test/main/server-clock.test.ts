import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { followMachineClock } from '../../src/main/follow-machine-clock.ts';
import { setClock } from '../control-plane/set-clock.ts';

const hourMs = 3_600_000;

describe('the server’s time', () => {
  test('never goes back, and never passes an eighth faster or slower than time does, however the machine’s clock is set', () => {
    const step = fc.record({
      passMs: fc.integer({ min: 0, max: 10 * hourMs }),
      setMs: fc.integer({ min: -hourMs, max: hourMs }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const { machine, clock, setBy } = setClock();
        for (const { passMs, setMs } of steps) {
          const before = clock.now();
          setBy(setMs);
          machine.advance(passMs);
          const passed = clock.now() - before;
          assert.ok(
            passed >= Math.floor((passMs * 7) / 8) - 1 && passed <= Math.ceil((passMs * 9) / 8) + 1,
            `${passed} for ${passMs}`,
          );
        }
      }),
    );
  });

  test('is the machine’s again eight hours after that was set by one, either way', () => {
    for (const way of [1, -1]) {
      const { machine, clock, setBy } = setClock();
      setBy(way * hourMs);
      assert.equal(clock.offsetMs(), way * hourMs);
      machine.advance(8 * hourMs);
      assert.equal(clock.offsetMs(), 0);
    }
  });

  test('takes the machine’s time at once when no command has been under way for three minutes', async () => {
    const { machine, clock, setBy } = setClock();
    let isIdle = false;
    let waits = true;
    const look = followMachineClock(
      clock,
      { warn: () => undefined },
      () => isIdle,
      async () => waits,
    );
    setBy(hourMs);
    await look();
    isIdle = true;
    await look();
    machine.advance(179_000);
    await look();
    assert.ok(clock.offsetMs() > hourMs / 2);
    machine.advance(1_000);
    await look();
    assert.ok(clock.offsetMs() > hourMs / 2, 'a command that waits holds it back');
    waits = false;
    await look();
    machine.advance(180_000);
    await look();
    assert.equal(clock.offsetMs(), 0);
  });
});
