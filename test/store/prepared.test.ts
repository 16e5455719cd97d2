import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sampleClient } from '../contract/sample-directory.ts';
import { prepare } from '../../src/store/queries/prepared.ts';
import type { SqliteConnection } from '../../src/store/sqlite/connection.ts';
import { openReader } from '../../src/store/sqlite/open-connection.ts';
import { SqliteSession } from '../../src/store/sqlite/session.ts';
import { type SqlitePlace, sqlitePlace } from './sqlite-place.ts';

describe('a prepared query', () => {
  let place: SqlitePlace;
  let reader: SqliteConnection;
  before(async () => {
    place = await sqlitePlace();
    const store = await place.open();
    await store.write(async ({ directory }) => {
      for (const name of ['a', 'b', 'c']) {
        await directory.saveClient(sampleClient({ name, principalId: `principal of ${name}` }));
      }
    });
    reader = openReader(place.file);
  });
  after(async () => {
    reader.close();
    await place.remove();
  });

  function named() {
    let built = 0;
    const query = prepare((db, { name, principal }: { readonly name: string; readonly principal: string }) => {
      built += 1;
      return db.selectFrom('clients').select('name').where('principal_id', '=', principal).where('name', '=', name);
    });
    return { query, built: () => built };
  }

  test('gives each call the rows of its own values, in whichever order they are named', async () => {
    const { query } = named();
    const session = new SqliteSession(reader);
    const found = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => query.first(session, { principal: `principal of ${name}`, name })),
    );
    assert.deepEqual(
      found.map((row) => row?.name),
      ['a', 'b', 'c', undefined],
    );
    assert.deepEqual(await query.all(session, { name: 'a', principal: 'principal of b' }), []);
  });

  test('is built once, whatever the sessions it is used in', async () => {
    const { query, built } = named();
    for (const name of ['a', 'b', 'c']) {
      await query.first(new SqliteSession(reader), { name, principal: `principal of ${name}` });
    }
    assert.equal(built(), 1);
  });

  test('is refused by a session that has ended', async () => {
    const { query } = named();
    const session = new SqliteSession(reader);
    await query.all(session, { name: 'a', principal: 'p' });
    session.end();
    await assert.rejects(query.all(session, { name: 'a', principal: 'p' }), /await every call/);
  });

  test('that is not given a value is refused, and not run with null in its place', async () => {
    const { query } = named();
    const session = new SqliteSession(reader);
    await query.all(session, { name: 'a', principal: 'p' });
    // What the types forbid is what is tried.
    const lacking: unknown = { name: 'a' };
    await assert.rejects(query.all(session, lacking as { name: string; principal: string }), TypeError);
  });
});
