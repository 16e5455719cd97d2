import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { SealError, type Sealer } from '../../src/ports/sealer.ts';

/** Sealers with keys of their own: two calls give two that cannot open each other's values. */
export type SealerFactory = () => Promise<{ readonly sealer: Sealer; remove(): Promise<void> }>;

/** What every `Sealer` must do. */
export function sealerContract(title: string, open: SealerFactory): void {
  describe(`${title} as a Sealer`, () => {
    let opened: Awaited<ReturnType<SealerFactory>>;
    before(async () => {
      opened = await open();
    });
    after(() => opened.remove());
    const place = 'command_texts/1/text';

    for (const length of [0, 1, 300_000]) {
      test(`${length} bytes open to what was sealed`, () => {
        const plain = new Uint8Array(randomBytes(length));
        assert.deepEqual(opened.sealer.open(place, opened.sealer.seal(place, plain)), plain);
      });
    }

    test('a sealed value shows nothing of the plain one, and no two are alike', () => {
      const plain = Buffer.from('a secret that is long enough to be seen');
      const [one, two] = [opened.sealer.seal(place, plain), opened.sealer.seal(place, plain)];
      assert.equal(Buffer.from(one).includes(plain), false);
      assert.notDeepEqual(one, two);
    });

    test('a value opens in no other place', () => {
      const sealed = opened.sealer.seal(place, Buffer.from('x'));
      assert.throws(() => opened.sealer.open('command_texts/2/text', sealed), SealError);
    });

    test('a value with any byte changed, cut or added does not open', () => {
      const sealed = opened.sealer.seal(place, Buffer.from('some text'));
      for (let position = 0; position < sealed.length; position += 1) {
        const changed = Uint8Array.from(sealed, (byte, i) => (i === position ? byte ^ 1 : byte));
        assert.throws(() => opened.sealer.open(place, changed), SealError, `byte ${position}`);
        assert.throws(() => opened.sealer.open(place, sealed.subarray(0, position)), SealError, `cut at ${position}`);
      }
      assert.throws(() => opened.sealer.open(place, Buffer.concat([sealed, Buffer.from([0])])), SealError);
    });

    test('a value sealed with another key does not open', async () => {
      const other = await open();
      try {
        const sealed = other.sealer.seal(place, Buffer.from('x'));
        assert.throws(() => opened.sealer.open(place, sealed), SealError);
      } finally {
        await other.remove();
      }
    });
  });
}
