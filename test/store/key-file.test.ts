import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { SealError } from '../../src/ports/sealer.ts';
import { KeyFileRefused } from '../../src/store/sealing/key-file.ts';
import { openKeyFile } from '../../src/store/sealing/open-key-file.ts';
import { temporaryDirectory } from '../contract/temporary-directory.ts';

describe('openKeyFile()', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let path: string;
  beforeEach(async () => {
    directory = await temporaryDirectory();
    path = join(directory.path, 'sealing.json');
  });
  afterEach(() => directory.remove());

  const place = 'a/b';
  const secret = Buffer.from('secret');

  function writeKeys(...keys: readonly { id: string; key: string }[]): Promise<void> {
    return writeFile(path, JSON.stringify({ keys }), { mode: 0o600 });
  }

  function newKey(id: string) {
    return { id, key: randomBytes(32).toString('base64') };
  }

  test('makes a file of mode 0600 with one key, and leaves nothing else behind', async () => {
    await openKeyFile(path);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(directory.path), ['sealing.json']);
  });

  test('opens on the next start what it sealed before', async () => {
    const sealed = (await openKeyFile(path)).seal(place, secret);
    assert.deepEqual(Buffer.from((await openKeyFile(path)).open(place, sealed)), secret);
  });

  test('opens by several at once on first use end with one key for all', async () => {
    const sealers = await Promise.all(Array.from({ length: 20 }, () => openKeyFile(path)));
    for (const sealer of sealers) {
      const sealed = sealer.seal(place, secret);
      for (const other of sealers) assert.deepEqual(Buffer.from(other.open(place, sealed)), secret);
    }
  });

  test('seals with the last key, and opens what was sealed with each', async () => {
    const [old, fresh] = [newKey('old'), newKey('fresh')];
    await writeKeys(old);
    const early = (await openKeyFile(path)).seal(place, secret);
    await writeKeys(old, fresh);
    const both = await openKeyFile(path);
    const late = both.seal(place, secret);
    assert.deepEqual(Buffer.from(both.open(place, early)), secret);
    await writeKeys(fresh);
    const onlyFresh = await openKeyFile(path);
    assert.deepEqual(Buffer.from(onlyFresh.open(place, late)), secret);
    assert.throws(
      () => onlyFresh.open(place, early),
      (error) => error instanceof SealError && error.message.includes('key old') && error.message.includes(path),
    );
  });

  test('says so when a key has the right id and other bytes', async () => {
    await writeKeys(newKey('k'));
    const sealed = (await openKeyFile(path)).seal(place, secret);
    await writeKeys(newKey('k'));
    const other = await openKeyFile(path);
    assert.throws(() => other.open(place, sealed), /does not open with key k/);
  });

  for (const mode of [0o640, 0o604, 0o660]) {
    test(`refuses a file of mode ${mode.toString(8)} and says how to mend it`, async () => {
      await openKeyFile(path);
      await chmod(path, mode);
      await assert.rejects(openKeyFile(path), { name: 'KeyFileRefused', message: /chmod 600/ });
    });
  }

  const malformed: readonly (readonly [string, string, RegExp])[] = [
    ['no JSON', 'hunter2-secret', /not JSON/],
    ['no list', '{}', /no list/],
    ['an empty list', '{"keys":[]}', /no key/],
    ['a short key', '{"keys":[{"id":"a","key":"c2hvcnQ="}]}', /32 bytes/],
    ['a key without id', `{"keys":[{"key":"${randomBytes(32).toString('base64')}"}]}`, /number 1/],
    ['two keys of one id', JSON.stringify({ keys: [newKey('a'), newKey('a')] }), /same id/],
  ];
  for (const [what, text, message] of malformed) {
    test(`refuses a file with ${what}, without showing its content, and leaves it as it is`, async () => {
      await writeFile(path, text, { mode: 0o600 });
      await assert.rejects(
        openKeyFile(path),
        (error) => error instanceof KeyFileRefused && message.test(error.message) && !error.message.includes('hunter2'),
      );
      assert.equal(await readFile(path, 'utf8'), text);
    });
  }
});
