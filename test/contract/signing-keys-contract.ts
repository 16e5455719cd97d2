import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { at } from './sample-commands.ts';
import { type StoreFactory, storeOfSuite } from './store-factory.ts';

/** What every `SigningKeys` must do. */
export function signingKeysContract(title: string, open: StoreFactory): void {
  describe(`${title} as SigningKeys`, () => {
    const store = storeOfSuite(open);
    const key = (id: string, ms: number) => ({
      id,
      privateJwk: { kty: 'EC', crv: 'P-256', d: `secret-of-${id}`, key_ops: ['sign'] },
      createdAt: at(ms),
    });

    test('keys come back exactly, the newest first, until they are removed', async () => {
      const [one, two, three] = [key('one', 10), key('two', 30), key('three', 20)];
      await store().write(async ({ signingKeys }) => {
        for (const each of [one, two, three]) await signingKeys.addSigningKey(each);
      });
      assert.deepEqual(await store().read(({ signingKeys }) => signingKeys.signingKeys()), [two, three, one]);
      await store().write(({ signingKeys }) => signingKeys.removeSigningKey('two'));
      await store().write(({ signingKeys }) => signingKeys.removeSigningKey('two'));
      assert.deepEqual(await store().read(({ signingKeys }) => signingKeys.signingKeys()), [three, one]);
    });

    test('a key id cannot be added twice', async () => {
      await store().write(({ signingKeys }) => signingKeys.addSigningKey(key('same', 1)));
      await assert.rejects(store().write(({ signingKeys }) => signingKeys.addSigningKey(key('same', 2))));
    });
  });
}
