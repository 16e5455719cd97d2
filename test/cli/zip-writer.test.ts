import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { writeZip, type ZipEntry } from '../../src/cli/zip-writer.ts';

/** What another program's reader finds in the archive. */
async function readBack(zip: Uint8Array): Promise<readonly ZipEntry[]> {
  const archive = await fromBufferPromise(Buffer.from(zip), { lazyEntries: true });
  const entries: ZipEntry[] = [];
  for await (const entry of archive.eachEntry()) {
    const stream = await archive.openReadStreamPromise(entry);
    entries.push({
      path: entry.fileName,
      mode: (entry.externalFileAttributes >>> 16) & 0o777,
      bytes: new Uint8Array(await buffer(stream)),
    });
  }
  return entries;
}

describe('writeZip()', () => {
  test('names, modes and bytes are read back as they were, whether deflated or stored', async () => {
    const entries: readonly ZipEntry[] = [
      { path: 'a/run.sh', mode: 0o755, bytes: new TextEncoder().encode('#!/bin/sh\n') },
      { path: 'ünïcode.txt', mode: 0o600, bytes: new TextEncoder().encode('a'.repeat(10_000)) },
      { path: 'empty', mode: 0o644, bytes: new Uint8Array() },
    ];
    assert.deepEqual(await readBack(writeZip(entries)), entries);
  });

  test('the same files make the same archive, so that a request sent twice is known again', () => {
    const entries = [{ path: 'a', mode: 0o644, bytes: new Uint8Array([1, 2, 3]) }];
    assert.deepEqual(writeZip(entries), writeZip(entries));
  });

  test('what can be made smaller is', () => {
    const zip = writeZip([{ path: 'a', mode: 0o644, bytes: new Uint8Array(1_000_000) }]);
    assert.ok(zip.length < 5000, String(zip.length));
  });
});
