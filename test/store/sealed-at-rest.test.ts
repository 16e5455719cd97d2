import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { SealError } from '../../src/ports/sealer.ts';
import { openKeyFile } from '../../src/store/sealing/open-key-file.ts';
import { accepted, at, lifeOf, moved } from '../contract/sample-commands.ts';
import { sampleCluster } from '../contract/sample-directory.ts';
import { writeZip } from '../wire/zip-writer.ts';
import { type SqlitePlace, sqlitePlace } from './sqlite-place.ts';

describe('secrets at rest', () => {
  let place: SqlitePlace;
  beforeEach(async () => {
    place = await sqlitePlace();
  });
  afterEach(() => place.remove());

  // Longer than a page, so that overflow pages are looked at too.
  const sentinel = 'TOP-SECRET-SENTINEL';
  const long = `${sentinel} `.repeat(1000);
  const payload = {
    text: `echo ${long}`,
    context: writeZip([{ name: `${sentinel}.yaml`, content: long }]),
    clusterToken: `header.${long}.signature`,
  };

  async function filesWith(bytes: Uint8Array): Promise<string[]> {
    const directory = dirname(place.file);
    const found: string[] = [];
    for (const name of await readdir(directory)) {
      if ((await readFile(join(directory, name))).includes(Buffer.from(bytes))) found.push(name);
    }
    return found;
  }

  /** The middle of what is sealed, which nothing else can contain. */
  function sealedMiddles(): Uint8Array[] {
    const database = new DatabaseSync(place.file, { readOnly: true });
    try {
      const rows = [
        ...database.prepare('select sealed_text as sealed from command_payloads').all(),
        ...database
          .prepare('select sealed_context as sealed from command_payloads where sealed_context is not null')
          .all(),
        ...database
          .prepare('select sealed_cluster_token as sealed from command_payloads where sealed_cluster_token is not null')
          .all(),
      ];
      return rows.map(({ sealed }) => {
        assert.ok(sealed instanceof Uint8Array);
        return sealed.subarray(200, 232);
      });
    } finally {
      database.close();
    }
  }

  test('text, file names, files, tokens, kubeconfigs and private keys are in no file in the clear', async () => {
    const store = await place.open();
    const cluster = sampleCluster({ executor: 'kubernetes', kubernetes: {} });
    await store.write(async ({ commands, directory, signingKeys }) => {
      await commands.insert(accepted(), payload);
      await directory.saveCluster(cluster);
      await directory.saveKubeconfig(cluster.uid, `token: ${long}`);
      await signingKeys.addSigningKey({ id: 'k', privateJwk: { d: sentinel }, createdAt: at(0) });
    });
    assert.deepEqual(await filesWith(Buffer.from(sentinel)), []);
    await store.close();
    assert.deepEqual(await filesWith(Buffer.from(sentinel)), []);
  });

  test('of a command that ended not even the sealed bytes are left in the database', async () => {
    const store = await place.open();
    const life = lifeOf(accepted());
    const neighbour = accepted();
    await store.write(async ({ commands }) => {
      await commands.insert(life.accepted, payload);
      await commands.insert(neighbour, { text: 'true' });
    });
    await store.close();
    const sealed = sealedMiddles().filter((middle) => middle.length > 0);
    assert.equal(sealed.length, 3);
    for (const middle of sealed) assert.deepEqual(await filesWith(middle), ['longarm.db']);
    const again = await place.open();
    const cancelled = moved(life.accepted, { type: 'requestStop', cause: 'cancel' });
    await again.write(({ commands }) => commands.save(cancelled, life.accepted.revision));
    await again.close();
    for (const middle of sealed) assert.deepEqual(await filesWith(middle), []);
    const last = await place.open();
    assert.equal((await last.read(({ commands }) => commands.payload(neighbour.facts.id)))?.text, 'true');
  });

  test('sealed bytes that are copied to another command do not open there', async () => {
    const store = await place.open();
    const [one, two] = [accepted(), accepted()];
    await store.write(async ({ commands }) => {
      await commands.insert(one, payload);
      await commands.insert(two, { text: 'true' });
    });
    const database = new DatabaseSync(place.file);
    database
      .prepare(
        'update command_payloads set sealed_text = (select sealed_text from command_payloads where command_id = ?)',
      )
      .run(one.facts.id);
    database.close();
    await assert.rejects(
      store.read(({ commands }) => commands.payload(two.facts.id)),
      SealError,
    );
  });

  test('a sealed kubeconfig that is copied to another cluster does not open there', async () => {
    const store = await place.open();
    const [one, two] = [0, 1].map(() => sampleCluster({ executor: 'kubernetes', kubernetes: {} }));
    assert.ok(one && two);
    await store.write(async ({ directory }) => {
      for (const { uid } of [one, two]) {
        await directory.saveCluster(uid === one.uid ? one : two);
        await directory.saveKubeconfig(uid, `token: of-${uid}`);
      }
    });
    const database = new DatabaseSync(place.file);
    database
      .prepare(
        'update cluster_credentials set sealed_kubeconfig = (select sealed_kubeconfig from cluster_credentials where cluster_uid = ?)',
      )
      .run(one.uid);
    database.close();
    assert.equal(await store.read(({ directory }) => directory.kubeconfig(one.uid)), `token: of-${one.uid}`);
    await assert.rejects(
      store.read(({ directory }) => directory.kubeconfig(two.uid)),
      SealError,
    );
  });

  test('with another key the payload is refused by the name of the missing key, and the rest can be read', async () => {
    const store = await place.open();
    const command = accepted();
    await store.write(({ commands }) => commands.insert(command, payload));
    await store.close();
    const sealer = await openKeyFile(join(dirname(place.file), 'other.json'));
    const [, missing] = /"id": "(\w+)"/.exec(await readFile(join(dirname(place.file), 'sealing.json'), 'utf8')) ?? [];
    assert.ok(missing);
    const other = await place.open({ sealer });
    await assert.rejects(
      other.read(({ commands }) => commands.payload(command.facts.id)),
      (error) => {
        assert.ok(error instanceof SealError && error.message.includes(missing));
        return true;
      },
    );
    assert.deepEqual(await other.read(({ commands }) => commands.get(command.facts.id)), command);
  });
});
