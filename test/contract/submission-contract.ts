import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accepted, at, newClusterUid, newCommandId, payload } from './sample-commands.ts';
import { type StoreFactory, storeOfSuite } from './store-factory.ts';

/** How a `CommandStore` knows a request again. */
export function submissionContract(title: string, open: StoreFactory): void {
  describe(`${title} as a CommandStore: submissions`, () => {
    const store = storeOfSuite(open);
    const submission = { key: 'key-1', bodySha256: 'ef'.repeat(32), commandId: newCommandId(), expiresAt: at(100) };

    test('a submission is found by principal, cluster and key, and only until it expires', async () => {
      const cluster = newClusterUid();
      await store().write(({ commands }) => commands.addSubmission('issuer|ada', cluster, submission));
      await store().read(async ({ commands }) => {
        assert.deepEqual(await commands.findSubmission('issuer|ada', cluster, 'key-1', at(99)), submission);
        assert.equal(await commands.findSubmission('issuer|ada', cluster, 'key-1', at(100)), undefined);
        assert.equal(await commands.findSubmission('issuer|bob', cluster, 'key-1', at(0)), undefined);
        assert.equal(await commands.findSubmission('issuer|ada', newClusterUid(), 'key-1', at(0)), undefined);
        assert.equal(await commands.findSubmission('issuer|ada', cluster, 'key-2', at(0)), undefined);
      });
    });

    test('a key whose submission has expired can be used again', async () => {
      const cluster = newClusterUid();
      const later = { ...submission, commandId: newCommandId(), expiresAt: at(300) };
      await store().write(({ commands }) => commands.addSubmission('p', cluster, submission));
      await store().write(({ commands }) => commands.addSubmission('p', cluster, later));
      assert.deepEqual(
        await store().read(({ commands }) => commands.findSubmission('p', cluster, 'key-1', at(200))),
        later,
      );
    });

    test('a submission outlives its command, so that a late retry cannot run it again', async () => {
      const command = accepted();
      const { id, clusterUid } = command.facts;
      const own = { ...submission, commandId: id };
      await store().write(async ({ commands }) => {
        await commands.insert(command, payload);
        await commands.addSubmission('p', clusterUid, own);
        await commands.remove(id);
      });
      assert.deepEqual(
        await store().read(({ commands }) => commands.findSubmission('p', clusterUid, 'key-1', at(0))),
        own,
      );
    });

    test('pruning removes exactly the expired ones and says how many', async () => {
      await store().write(({ commands }) => commands.pruneSubmissions(at(1_000_000)));
      const cluster = newClusterUid();
      for (const [key, ms] of Object.entries({ a: 10, b: 20, c: 30 })) {
        await store().write(({ commands }) =>
          commands.addSubmission('p', cluster, { ...submission, key, expiresAt: at(ms) }),
        );
      }
      assert.equal(await store().write(({ commands }) => commands.pruneSubmissions(at(20))), 2);
      const left = await store().read(({ commands }) => commands.findSubmission('p', cluster, 'c', at(25)));
      assert.equal(left?.key, 'c');
    });
  });
}
