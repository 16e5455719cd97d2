import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AuditFact } from '../../src/core/audit.ts';
import { at } from './sample-commands.ts';
import { type StoreFactory, storeOfSuite } from './store-factory.ts';

/** What every `AuditLog` must do. */
export function auditLogContract(title: string, open: StoreFactory): void {
  describe(`${title} as an AuditLog`, () => {
    const store = storeOfSuite(open);
    const ada = { issuer: 'https://issuer.example/', id: 'object-1', displayName: 'Ada' };

    function fact(target: string, ms: number, more: Partial<AuditFact> = {}): AuditFact {
      return {
        at: at(ms),
        verb: 'command.read',
        principal: ada,
        target,
        correlationId: 'c-1',
        details: { commandId: 'x', bytes: 5, first: true },
        ...more,
      };
    }

    async function append(...facts: readonly AuditFact[]): Promise<void> {
      await store().write(async ({ audit }) => {
        for (const each of facts) await audit.append(each);
      });
    }

    test('rows come back exactly, in reverse order of appending, also when the clock was set back', async () => {
      const facts = [fact('a', 20), fact('b', 10, { principal: undefined }), fact('c', 10, { details: {} })];
      await append(...facts);
      assert.deepEqual(await store().read(({ audit }) => audit.newest(2)), [facts[2], facts[1]]);
      assert.deepEqual(await store().read(({ audit }) => audit.newest(100)), facts.toReversed());
    });

    test('a row is known by verb, principal and target together', async () => {
      await append(fact('known', 1));
      const contains = (verb: AuditFact['verb'], principal: AuditFact['principal'], target: string) =>
        store().read(({ audit }) => audit.contains({ verb, principal, target }));
      assert.equal(await contains('command.read', ada, 'known'), true);
      assert.equal(await contains('command.read', { ...ada, displayName: 'Ada L.' }, 'known'), true);
      assert.equal(await contains('command.cancel', ada, 'known'), false);
      assert.equal(await contains('command.read', { ...ada, id: 'object-2' }, 'known'), false);
      assert.equal(await contains('command.read', undefined, 'known'), false);
      assert.equal(await contains('command.read', ada, 'unknown'), false);
    });

    test('a row without a principal is known as such', async () => {
      await append(fact('by-hand', 1, { principal: undefined }));
      const known = (principal: AuditFact['principal']) =>
        store().read(({ audit }) => audit.contains({ verb: 'command.read', principal, target: 'by-hand' }));
      assert.deepEqual([await known(undefined), await known(ada)], [true, false]);
    });

    test('pruning removes exactly the rows older than the instant and says how many', async () => {
      await store().write(({ audit }) => audit.prune(at(1_000_000)));
      await append(fact('old', 100), fact('edge', 200), fact('new', 300));
      assert.equal(await store().write(({ audit }) => audit.prune(at(200))), 1);
      const left = await store().read(({ audit }) => audit.newest(10));
      assert.deepEqual(
        left.map(({ target }) => target),
        ['new', 'edge'],
      );
    });
  });
}
