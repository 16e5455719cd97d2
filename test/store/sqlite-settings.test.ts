import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { CompiledQuery } from 'kysely';
import { StoreUnavailable } from '../../src/ports/store.ts';
import { openReader, openWriter } from '../../src/store/sqlite/open-connection.ts';
import { accepted, payload } from '../contract/sample-commands.ts';
import { type SqlitePlace, sqlitePlace } from './sqlite-place.ts';

describe('the settings of an SQLite store', () => {
  let place: SqlitePlace;
  beforeEach(async () => {
    place = await sqlitePlace();
  });
  afterEach(() => place.remove());

  // Numbers as https://sqlite.org/pragma.html gives them: synchronous 2 is FULL, temp_store 2 is MEMORY.
  const expected = {
    journal_mode: 'wal',
    synchronous: 2,
    foreign_keys: 1,
    secure_delete: 1,
    temp_store: 2,
    query_only: 0,
  };
  for (const [pragma, value] of Object.entries(expected)) {
    test(`the writing connection has ${pragma} = ${value}`, async () => {
      const writer = await openWriter(place.file);
      try {
        const { rows } = writer.run<Record<string, unknown>>(CompiledQuery.raw(`pragma ${pragma}`));
        assert.deepEqual(Object.values(rows[0] ?? {}), [value]);
      } finally {
        writer.close();
      }
    });
  }

  test('a reading connection cannot write', async () => {
    await place.open();
    const reader = openReader(place.file);
    try {
      assert.throws(() => reader.exec('delete from commands'), /readonly/);
    } finally {
      reader.close();
    }
  });

  test('the database and its log are of mode 0600, whatever the umask', async () => {
    const store = await place.open();
    await store.write(({ commands }) => commands.insert(accepted(), payload));
    for (const ending of ['', '-wal', '-shm']) {
      assert.equal((await stat(`${place.file}${ending}`)).mode & 0o777, 0o600, ending);
    }
  });

  test('a file that is no database is refused as such and not changed', async () => {
    await writeFile(place.file, 'not a database, and long enough to have a header of one'.repeat(20));
    const { size } = await stat(place.file);
    await assert.rejects(place.open(), (error) => {
      assert.ok(error instanceof StoreUnavailable);
      assert.match(error.message, /not a database/);
      return true;
    });
    assert.equal((await stat(place.file)).size, size);
  });

  test('a directory that is not there is named in the error', async () => {
    const file = join(place.file, '..', 'absent', 'longarm.db');
    await assert.rejects(place.open({ file }), (error) => {
      assert.ok(error instanceof StoreUnavailable && error.message.includes(file));
      return true;
    });
  });
});
