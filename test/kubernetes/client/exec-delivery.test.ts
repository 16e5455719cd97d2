import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createDelivery } from '../../../src/executors/kubernetes/client/exec-delivery.ts';

const letters = (text: string): Uint8Array => Buffer.from(text);
const mib = 1024 * 1024;

const notAtAll = (error: unknown): never => assert.fail(String(error));

/** A consumer that takes one piece each time it is let, and a tap that says how it stands. */
function slowConsumer() {
  const taken: string[] = [];
  const let1: (() => void)[] = [];
  const hand = async (bytes: Uint8Array): Promise<void> => {
    await new Promise<void>((resolve) => let1.push(resolve));
    taken.push(Buffer.from(bytes).toString());
  };
  const tap = { isOpen: true, pause: () => void (tap.isOpen = false), resume: () => void (tap.isOpen = true) };
  const takeOne = async (): Promise<void> => {
    let1.shift()?.();
    await setImmediate();
  };
  return { taken, hand, tap, takeOne };
}

describe('what arrives faster than it is taken', () => {
  test('is joined, keeps its order, and is taken one after the other', async () => {
    const { taken, hand, tap, takeOne } = slowConsumer();
    const delivery = createDelivery(tap, notAtAll);
    for (const piece of ['a', 'b', 'cd']) delivery.take(letters(piece), hand);
    await takeOne();
    delivery.take(letters('e'), hand);
    await takeOne();
    await takeOne();
    await delivery.drained();
    assert.deepEqual(taken, ['a', 'bcd', 'e']);
    assert.ok(delivery.isEmpty);
  });

  test('is not joined with what goes to somebody else', async () => {
    const taken: string[] = [];
    const delivery = createDelivery({ pause: () => {}, resume: () => {} }, notAtAll);
    const first = async () => void taken.push('first');
    const second = () => void taken.push('second');
    for (const hand of [first, first, second, first, second]) delivery.take(letters('x'), hand);
    await delivery.drained();
    // The first is on its way before the others come.
    assert.deepEqual(taken, ['first', 'first', 'second', 'first', 'second']);
  });

  test('closes the tap while more than a mebibyte waits, and opens it when most is taken', async () => {
    const { hand, tap, takeOne } = slowConsumer();
    const delivery = createDelivery(tap, notAtAll);
    for (let i = 0; i < 4; i++) delivery.take(new Uint8Array(mib / 4), hand);
    assert.ok(tap.isOpen);
    delivery.take(letters('more'), hand);
    assert.ok(!tap.isOpen);
    await takeOne();
    assert.ok(!tap.isOpen);
    await takeOne();
    await takeOne();
    assert.ok(tap.isOpen);
  });

  test('tells once of the error of the one who takes it, and hands nothing on then', async () => {
    const errors: unknown[] = [];
    const taken: string[] = [];
    const delivery = createDelivery({ pause: () => {}, resume: () => {} }, (error) => void errors.push(error));
    const hand = async (bytes: Uint8Array): Promise<void> => {
      taken.push(Buffer.from(bytes).toString());
      throw new Error('the store is away');
    };
    delivery.take(letters('first'), hand);
    await setImmediate();
    assert.equal(errors.length, 1);
    delivery.take(letters('second'), hand);
    await assert.rejects(delivery.drained(), /the store is away/);
    assert.deepEqual([taken, errors.length], [['first'], 1]);
  });

  test('is dropped when nobody wants it any more', async () => {
    const { taken, hand, tap, takeOne } = slowConsumer();
    const delivery = createDelivery(tap, notAtAll);
    for (const piece of ['in hand', 'behind']) delivery.take(letters(piece), hand);
    delivery.stop();
    delivery.take(letters('late'), hand);
    await takeOne();
    await takeOne();
    await delivery.drained();
    assert.deepEqual(taken, ['in hand']);
  });
});
