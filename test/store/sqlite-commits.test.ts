import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { StoreUnavailable } from '../../src/ports/store.ts';
import { openWriter } from '../../src/store/sqlite/open-connection.ts';
import { WriteQueue } from '../../src/store/sqlite/write-queue.ts';
import { accepted, payload } from '../contract/sample-commands.ts';
import { startProgram } from './child-program.ts';
import { type SqlitePlace, sqlitePlace } from './sqlite-place.ts';

let place: SqlitePlace;
beforeEach(async () => {
  place = await sqlitePlace();
});
afterEach(() => place.remove());

describe('the commits of an SQLite store', () => {
  test('a hundred writes that arrive together share a commit', async () => {
    const shares: number[] = [];
    const store = await place.open({ onCommit: ({ writes }) => shares.push(writes) });
    const writes = Array.from({ length: 100 }, () =>
      store.write(({ commands }) => commands.insert(accepted(), payload)),
    );
    await Promise.all(writes);
    assert.deepEqual(shares, [100]);
  });

  test('writes that arrive one after another each have their own', async () => {
    const shares: number[] = [];
    const store = await place.open({ onCommit: ({ writes }) => shares.push(writes) });
    for (let i = 0; i < 3; i += 1) await store.write(({ commands }) => commands.insert(accepted(), payload));
    assert.deepEqual(shares, [1, 1, 1]);
  });

  test('a write that waits for something else is given up and holds up no other', async () => {
    const store = await place.open({ workLimitMs: 50 });
    const command = accepted();
    const stuck = store.write(async ({ commands }) => {
      await commands.insert(command, payload);
      await new Promise<never>(() => undefined);
    });
    const next = store.write(({ commands }) => commands.insert(accepted(), payload));
    await assert.rejects(stuck, /waited for something else/);
    await next;
    assert.equal(await store.read(({ commands }) => commands.get(command.facts.id)), undefined);
  });

  test('a failed query leaves the work no half: swallowed or not, its write is undone when it throws', async () => {
    const store = await place.open();
    const [first, second] = [accepted(), accepted()];
    await store.write(({ commands }) => commands.insert(first, payload));
    await store.write(async ({ commands }) => {
      await assert.rejects(commands.insert(first, payload), /UNIQUE/);
      await commands.insert(second, payload);
    });
    assert.deepEqual(await store.read(({ commands }) => commands.get(second.facts.id)), second);
  });

  test('a lock of another process is waited for', async () => {
    const store = await place.open();
    const holder = startProgram('hold-write-lock.ts', [place.file]);
    try {
      assert.equal(await holder.line(), 'held');
      const command = accepted();
      let settled = false;
      const writing = store.write(({ commands }) => commands.insert(command, payload)).finally(() => (settled = true));
      // A read goes on meanwhile, and when it is back the write has met the lock.
      assert.equal(await store.read(({ commands }) => commands.get(command.facts.id)), undefined);
      assert.equal(settled, false);
      holder.process.stdin?.write('go\n');
      await writing;
      assert.deepEqual(await store.read(({ commands }) => commands.get(command.facts.id)), command);
    } finally {
      await holder.kill();
    }
  });

  test('two processes that write at once lose none of their writes', async () => {
    const store = await place.open();
    const programs = ['a', 'b'].map((name) => startProgram('append-audit-rows.ts', [place.file, name, '40']));
    for (let i = 0; i < 40; i += 1) await store.write(({ commands }) => commands.insert(accepted(), payload));
    for (const program of programs) assert.deepEqual(await program.ended(), { code: 0, errors: '' });
    const rows = await store.read(({ audit }) => audit.newest(1000));
    assert.equal(new Set(rows.map(({ target }) => target)).size, 80);
    assert.equal((await store.read(({ commands }) => commands.countByPhase())).accepted, 40);
  });
});

describe('WriteQueue on a full disk', () => {
  /** SQLite's own limit on the size of the file raises the same error as a full disk. */
  async function onFullDisk(act: (queue: WriteQueue, free: () => void, insert: () => void) => Promise<void>) {
    const connection = await openWriter(place.file);
    try {
      connection.exec('create table t (filler blob)');
      connection.exec('pragma max_page_count = 20');
      const queue = new WriteQueue(connection, () => undefined);
      const insert = (): void => connection.exec('insert into t values (zeroblob(20000))');
      await act(queue, () => connection.exec('pragma max_page_count = 100000'), insert);
      await queue.close();
    } finally {
      connection.close();
    }
  }

  test('a write without space says so, keeps nothing, and one with space succeeds again', () =>
    onFullDisk(async (queue, free, insert) => {
      const filling = Array.from({ length: 8 }, () => queue.write(async () => insert()));
      const results = await Promise.allSettled(filling);
      const failures = results.filter((result) => result.status === 'rejected');
      assert.ok(failures.length > 0);
      for (const { reason } of failures) {
        assert.ok(reason instanceof StoreUnavailable);
        assert.match(reason.message, /disk is full/);
        assert.ok(reason.message.includes(place.file));
      }
      free();
      await queue.write(async () => insert());
    }));

  test('every write that was told it succeeded is there, and no other', () =>
    onFullDisk(async (queue, free, insert) => {
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => queue.write(async () => insert())));
      free();
      const kept = results.filter(({ status }) => status === 'fulfilled').length;
      const reader = await openWriter(place.file);
      const { rows } = reader.run<{ n: number }>({
        sql: 'select count(*) as n from t',
        parameters: [],
        query: { kind: 'RawNode', sqlFragments: [], parameters: [] },
        queryId: { queryId: 'count' },
      });
      reader.close();
      assert.equal(rows[0]?.n, kept);
    }));
});
