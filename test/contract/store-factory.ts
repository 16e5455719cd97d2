import { after, before } from 'node:test';
import type { Store } from '../../src/ports/store.ts';

/** A new, empty store for one suite, and what removes it again. */
export type StoreFactory = () => Promise<{ readonly store: Store; remove(): Promise<void> }>;

/** Opens a store before the tests of the suite it is called in, and removes it after them. */
export function storeOfSuite(open: StoreFactory): () => Store {
  let opened: Awaited<ReturnType<StoreFactory>> | undefined;
  before(async () => {
    opened = await open();
  });
  after(async () => {
    await opened?.store.close();
    await opened?.remove();
  });
  return () => {
    if (opened === undefined) throw new Error('The store is opened before the tests, not while they are declared.');
    return opened.store;
  };
}
