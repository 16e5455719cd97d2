import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StoreUnavailable, type Repositories } from '../../src/ports/store.ts';
import { accepted, at, lifeOf, payload } from './sample-commands.ts';
import { type StoreFactory, storeOfSuite } from './store-factory.ts';

/** What every `Store` must do, whatever it is kept in. */
export function storeContract(title: string, open: StoreFactory): void {
  describe(`${title} as a Store`, () => {
    const store = storeOfSuite(open);

    test('what a write did is read afterwards', async () => {
      const command = accepted();
      const result = await store().write(async ({ commands }) => {
        await commands.insert(command, payload);
        return 'stored';
      });
      assert.equal(result, 'stored');
      assert.deepEqual(await store().read(({ commands }) => commands.get(command.facts.id)), command);
    });

    test('a write sees its own changes before it ends', async () => {
      const command = accepted();
      const seen = await store().write(async ({ commands }) => {
        await commands.insert(command, payload);
        return await commands.get(command.facts.id);
      });
      assert.deepEqual(seen, command);
    });

    test('a write that rejects leaves nothing of itself, and gives its own error', async () => {
      const command = accepted();
      const failure = new Error('no');
      const writing = store().write(async ({ commands }) => {
        await commands.insert(command, payload);
        throw failure;
      });
      await assert.rejects(writing, (error) => error === failure);
      assert.equal(await store().read(({ commands }) => commands.get(command.facts.id)), undefined);
    });

    test('of writes that arrive together only the one that fails is undone', async () => {
      const commands = Array.from({ length: 9 }, () => accepted());
      const results = await Promise.allSettled(
        commands.map((command, position) =>
          store().write(async (repositories) => {
            await repositories.commands.insert(command, payload);
            if (position === 4) throw new Error('the fifth fails');
          }),
        ),
      );
      assert.deepEqual(
        results.map(({ status }) => status),
        commands.map((_, position) => (position === 4 ? 'rejected' : 'fulfilled')),
      );
      const known = await store().read((repositories) =>
        repositories.commands.knownAmong(commands.map(({ facts }) => facts.id)),
      );
      assert.deepEqual(
        new Set(known),
        new Set(commands.filter((_, position) => position !== 4).map(({ facts }) => facts.id)),
      );
    });

    test('of two writes from the same revision only one moves the command', async () => {
      const { accepted: first, claimed } = lifeOf(accepted());
      await store().write(({ commands }) => commands.insert(first, payload));
      const saved = await Promise.all([
        store().write(({ commands }) => commands.save(claimed, first.revision)),
        store().write(({ commands }) => commands.save(claimed, first.revision)),
      ]);
      assert.deepEqual(saved.sort(), [false, true]);
    });

    test('a read sees one state from its beginning to its end', async () => {
      const command = accepted();
      const [before, after] = await store().read(async ({ commands }) => {
        const early = await commands.get(command.facts.id);
        await store().write((writing) => writing.commands.insert(command, payload));
        return [early, await commands.get(command.facts.id)];
      });
      assert.deepEqual([before, after], [undefined, undefined]);
      assert.deepEqual(await store().read(({ commands }) => commands.get(command.facts.id)), command);
    });

    test('writing through a read is an error and writes nothing', async () => {
      const command = accepted();
      await assert.rejects(
        store().read(({ commands }) => commands.insert(command, payload)),
        /write/,
      );
      assert.equal(await store().read(({ commands }) => commands.get(command.facts.id)), undefined);
    });

    test('repositories refuse to be used after their transaction', async () => {
      let kept: Repositories | undefined;
      await store().write(async (repositories) => {
        kept = repositories;
      });
      assert.ok(kept);
      await assert.rejects(kept.commands.insert(accepted(), payload), /after its transaction/);
    });

    test('many more reads than connections all get their answer', async () => {
      const command = accepted();
      await store().write(({ commands }) => commands.insert(command, payload));
      const reads = Array.from({ length: 50 }, () => store().read(({ commands }) => commands.get(command.facts.id)));
      for (const found of await Promise.all(reads)) assert.deepEqual(found, command);
    });

    test('closing finishes the writes that were begun, refuses later ones, and may be repeated', async () => {
      const opened = await open();
      try {
        const command = accepted();
        const writing = opened.store.write(async ({ commands }) => {
          await commands.insert(command, payload);
          return (await commands.nextClaimable(at(0), 10))?.facts.id;
        });
        const closing = opened.store.close();
        assert.equal(await writing, command.facts.id);
        await closing;
        await opened.store.close();
        await assert.rejects(
          opened.store.write(() => Promise.resolve()),
          StoreUnavailable,
        );
        await assert.rejects(
          opened.store.read(() => Promise.resolve()),
          StoreUnavailable,
        );
      } finally {
        await opened.remove();
      }
    });
  });
}
