import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CompiledQuery, type QueryResult } from 'kysely';
import { defaultLimits } from '../../src/core/limits.ts';
import type { Repositories } from '../../src/ports/store.ts';
import { createRepositories } from '../../src/store/queries/repositories.ts';
import { openKeyFile } from '../../src/store/sealing/open-key-file.ts';
import type { SqliteConnection } from '../../src/store/sqlite/connection.ts';
import { openReader } from '../../src/store/sqlite/open-connection.ts';
import { SqliteSession } from '../../src/store/sqlite/session.ts';
import { accepted, at, newClusterUid, newCommandId } from '../contract/sample-commands.ts';
import { sampleAddress } from '../contract/sample-directory.ts';
import { type SqlitePlace, sqlitePlace } from './sqlite-place.ts';

/** Notes how SQLite means to carry out each query before it does. */
class PlanningSession extends SqliteSession {
  readonly steps: string[] = [];
  readonly #planning: SqliteConnection;

  constructor(connection: SqliteConnection) {
    super(connection);
    this.#planning = connection;
  }

  override executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const explaining = CompiledQuery.raw(`explain query plan ${query.sql}`, [...query.parameters]);
    this.steps.push(...this.#planning.run<{ detail: string }>(explaining).rows.map(({ detail }) => detail));
    return super.executeQuery<Row>(query);
  }
}

describe('query plans', () => {
  let place: SqlitePlace;
  let reader: SqliteConnection;
  before(async () => {
    place = await sqlitePlace();
    await place.open();
    reader = openReader(place.file);
  });
  after(async () => {
    reader.close();
    await place.remove();
  });

  async function planOf(act: (repositories: Repositories) => Promise<unknown>): Promise<readonly string[]> {
    const session = new PlanningSession(reader);
    const sealer = await openKeyFile(`${place.file}.keys`);
    await act(createRepositories(session, sealer));
    assert.ok(session.steps.length > 0);
    return session.steps;
  }

  const clusterUid = newClusterUid();
  const position = { submittedAt: at(0), id: newCommandId() };
  const bounded: Readonly<Record<string, (repositories: Repositories) => Promise<unknown>>> = {
    nextClaimable: ({ commands }) => commands.nextClaimable(at(0), defaultLimits.concurrent),
    counts: ({ commands }) => commands.counts(clusterUid),
    queuePosition: ({ commands }) => commands.queuePosition(accepted()),
    overdue: ({ commands }) => commands.overdue(at(0), 10),
    leased: ({ commands }) => commands.leased(),
    unfinished: ({ commands }) => commands.unfinished(clusterUid),
    unfinishedAmong: ({ commands }) => commands.unfinishedAmong([newCommandId(), newCommandId()]),
    knownAmong: ({ commands }) => commands.knownAmong([newCommandId(), newCommandId()]),
    prunable: ({ commands }) => commands.prunable(at(0), 0, 10),
    find: ({ commands }) => commands.find(clusterUid, newCommandId()),
    payload: ({ commands }) => commands.payload(newCommandId()),
    findSubmission: ({ commands }) => commands.findSubmission('p', clusterUid, 'k', at(0)),
    'a page': ({ commands }) => commands.page({ clusterUid, limit: 10 }),
    'a later page': ({ commands }) => commands.page({ clusterUid, limit: 10, after: position }),
    'a page of one principal': ({ commands }) =>
      commands.page({ clusterUid, limit: 10, submittedBy: 'p', after: position }),
    'a page of a time': ({ commands }) =>
      commands.page({ clusterUid, limit: 10, submittedFrom: at(0), submittedTo: at(1), phases: ['failed'] }),
    findCluster: ({ directory }) => directory.findCluster(sampleAddress()),
    assignmentsOf: ({ directory }) => directory.assignmentsOf('i', 'p'),
    'audit contains': ({ audit }) => audit.contains({ verb: 'command.read', principal: undefined, target: 't' }),
  };

  for (const [name, act] of Object.entries(bounded)) {
    test(`${name} walks through no table`, async () => {
      const steps = await planOf(act);
      // The recursion's own rows are as many as there are clusters, and a subquery's as many as it gave.
      const walks = steps.filter((step) => /^SCAN (?!waiting|finished|CONSTANT ROW|\(|subquery)/.test(step));
      assert.deepEqual(walks, [], steps.join('\n'));
    });
  }

  for (const name of ['a page', 'a later page', 'a page of one principal', 'a page of a time', 'queuePosition']) {
    test(`${name} is read in its order and sorted nowhere`, async () => {
      const act = bounded[name];
      assert.ok(act);
      const steps = await planOf(act);
      assert.equal(
        steps.some((step) => step.includes('TEMP B-TREE')),
        false,
        steps.join('\n'),
      );
    });
  }

  test('counting and adding up a queue reads an index and no row', async () => {
    for (const step of await planOf(({ commands }) => commands.counts(clusterUid))) {
      assert.match(step, /^SEARCH commands USING COVERING INDEX commands_by_phase/);
    }
  });

  test('counting by phase reads one index and no row', async () => {
    assert.deepEqual(await planOf(({ commands }) => commands.countByPhase()), [
      'SCAN commands USING COVERING INDEX commands_counted',
    ]);
  });
});
