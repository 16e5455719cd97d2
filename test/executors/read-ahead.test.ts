import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readAhead } from '../../src/executors/process/read-ahead.ts';
import { temporaryDirectory } from '../contract/temporary-directory.ts';

const large = 3_500_000;

describe('reading ahead', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let count = 0;
  before(async () => {
    directory = await temporaryDirectory();
  });
  after(() => directory.remove());

  async function fileOf(bytes: Buffer): Promise<FileHandle & AsyncDisposable> {
    const file = await open(join(directory.path, `file-${(count += 1)}`), 'a+');
    await file.write(bytes);
    return file;
  }

  /** Takes its time over each piece, as a store does, and counts what it holds only at the end of that. */
  async function digestOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
    const hash = createHash('sha256');
    for await (const piece of pieces) {
      for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
      hash.update(piece);
    }
    return hash.digest('hex');
  }

  const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

  for (const [what, length, from] of [
    ['nothing', 0, 0],
    ['one byte', 1, 0],
    ['a little', 65_536, 0],
    ['exactly two pieces', 2 * 1024 * 1024, 0],
    ['much', large, 0],
    ['the rest of much', large, 1_234_567],
    ['nothing from behind the end', 10, 11],
  ] as const) {
    test(`gives ${what} of a file in order, although each piece is taken slowly`, async () => {
      const bytes = randomBytes(length);
      await using file = await fileOf(bytes);
      assert.equal(await digestOf(readAhead(file, from)), sha256(bytes.subarray(from)));
    });
  }

  test('gives what is added while it reads', async () => {
    const [first, second] = [randomBytes(large), randomBytes(large)];
    await using file = await fileOf(first);
    const hash = createHash('sha256');
    let isAdded = false;
    for await (const piece of readAhead(file, 0)) {
      hash.update(piece);
      if (!isAdded) await file.write(second);
      isAdded = true;
    }
    assert.equal(hash.digest('hex'), sha256(Buffer.concat([first, second])));
  });

  test('ends where the file was cut while it reads', async () => {
    const bytes = randomBytes(large);
    await using file = await fileOf(bytes);
    const path = join(directory.path, `file-${count}`);
    let offset = 0;
    for await (const piece of readAhead(file, 0)) {
      assert.ok(bytes.subarray(offset, offset + piece.length).equals(piece), `differs from byte ${offset}`);
      offset += piece.length;
      await truncate(path, 100);
    }
    assert.ok(offset >= 100 && offset < large, `${offset} bytes came`);
  });

  test('is over when its caller stops, so that the file can be closed and read anew', async () => {
    const bytes = randomBytes(large);
    await using file = await fileOf(bytes);
    for (let stops = 0; stops < 50; stops++) {
      const pieces = readAhead(file, stops);
      const { value } = await pieces.next();
      assert.equal(value?.[0], bytes[stops]);
      await pieces.return();
    }
    await file.close();
    await assert.rejects(digestOf(readAhead(file, 0)), /closed/);
  });
});
