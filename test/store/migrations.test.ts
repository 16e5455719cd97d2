import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { SchemaRefused } from '../../src/store/migrations/migrate.ts';
import { dumpSchema } from '../../src/store/sqlite/dump-schema.ts';
import { openWriter } from '../../src/store/sqlite/open-connection.ts';
import { accepted, payload } from '../contract/sample-commands.ts';
import { startProgram } from './child-program.ts';
import { type SqlitePlace, sqlitePlace } from './sqlite-place.ts';

describe('migrations', () => {
  let place: SqlitePlace;
  beforeEach(async () => {
    place = await sqlitePlace();
  });
  afterEach(() => place.remove());

  test('a new database gets exactly the schema that src/store/schema.sql shows', async () => {
    await place.open();
    const shown = await readFile(join(import.meta.dirname, '../../src/store/schema.sql'), 'utf8');
    assert.equal(dumpSchema(place.file), shown, 'after a new migration run: node tools/schema.ts --write');
  });

  test('opening a database again changes nothing in it', async () => {
    const command = accepted();
    const first = await place.open();
    await first.write(({ commands }) => commands.insert(command, payload));
    await first.close();
    const schema = dumpSchema(place.file);
    const second = await place.open();
    assert.equal(dumpSchema(place.file), schema);
    assert.deepEqual(await second.read(({ commands }) => commands.get(command.facts.id)), command);
  });

  test('six processes that open a new database at once all succeed', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const programs = names.map((name) => startProgram('append-audit-rows.ts', [place.file, name, '1']));
    for (const program of programs) assert.deepEqual(await program.ended(), { code: 0, errors: '' });
    const store = await place.open();
    const rows = await store.read(({ audit }) => audit.newest(10));
    assert.deepEqual(rows.map(({ correlationId }) => correlationId).sort(), names);
  });

  test('four opens in one process at once all succeed', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => place.open()));
    await Promise.all(stores.map((store) => store.write(({ commands }) => commands.insert(accepted(), payload))));
    assert.equal((await stores[0]?.read(({ commands }) => commands.countByPhase()))?.accepted, 4);
  });

  test('a database of a newer version is refused, named, and left as it is', async () => {
    await (await place.open()).close();
    const writer = await openWriter(place.file);
    writer.exec(`insert into kysely_migration values ('9999_from_the_future', '2030-01-01T00:00:00.000Z')`);
    writer.close();
    const schema = dumpSchema(place.file);
    await assert.rejects(place.open(), (error) => {
      assert.ok(error instanceof SchemaRefused);
      assert.match(error.message, /9999_from_the_future/);
      assert.ok(error.message.includes(place.file));
      return true;
    });
    assert.equal(dumpSchema(place.file), schema);
  });
});
