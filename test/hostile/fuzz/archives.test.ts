import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LongarmError } from '../../../src/core/error-code.ts';
import { checkContext, readContext } from '../../../src/wire/context/read-context.ts';
import { writeZip } from '../../wire/zip-writer.ts';
import { tries } from './corpus.ts';

const limits = { unpackedBytes: 200_000, entries: 8 };
const archives = [
  writeZip([]),
  writeZip([{ name: '../up', content: 'x' }]),
  writeZip([{ name: '/abs', content: 'x' }]),
  writeZip([{ name: 'l', content: '/etc', mode: 0o120777 }]),
  writeZip([{ name: 'run.sh', content: '#!/bin/sh\necho hello\n', mode: 0o100755 }]),
  writeZip([
    { name: 'd/', mode: 0o040755 },
    { name: 'd/deflated', content: 'x'.repeat(3000), method: 8 },
    { name: 'd/stored', content: 'stored content' },
    { name: 'grün', content: '', host: 0 },
  ]),
  writeZip(
    [
      { name: 'a', content: Buffer.alloc(90_000), method: 8 },
      { name: 'b', content: 'b' },
    ],
    { comment: 'made by hand' },
  ),
];
const signatures = [0x04034b50, 0x02014b50, 0x06054b50, 0x07064b50, 0x08074b50];

/** Where numbers stand in the headers of an archive: lying there is what a hostile writer does. */
function fieldsOf(zip: Buffer): readonly number[] {
  const fields: number[] = [];
  for (let at = 0; at + 4 <= zip.length; at++) {
    if (!signatures.includes(zip.readUInt32LE(at))) continue;
    for (let field = at; field < Math.min(at + 46, zip.length - 4); field += 2) fields.push(field);
  }
  return fields;
}

type Change = (zip: Buffer) => Buffer;
const changed = (zip: Buffer, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(zip);
  change(copy);
  return copy;
};
const anywhere = fc.nat({ max: 5000 });
const number = fc.oneof(
  fc.constantFrom(0, 1, 0x7f, 0xff, 0xffff, 0xfffe, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff),
  fc.nat({ max: 0xffff }),
);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(anywhere, fc.nat({ max: 255 })).map(
    ([at, byte]) =>
      (zip: Buffer) =>
        changed(zip, (copy) => void (copy[at % copy.length] = byte)),
  ),
  fc.tuple(anywhere, fc.nat({ max: 7 })).map(
    ([at, bit]) =>
      (zip: Buffer) =>
        changed(zip, (copy) => void (copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ (1 << bit))),
  ),
  fc.tuple(anywhere, number, fc.boolean()).map(
    ([pick, value, wide]) =>
      (zip: Buffer) =>
        changed(zip, (copy) => {
          const fields = fieldsOf(copy);
          const at = fields[pick % Math.max(1, fields.length)];
          if (at === undefined) return;
          if (wide) copy.writeUInt32LE(value >>> 0, at);
          else copy.writeUInt16LE(value & 0xffff, at);
        }),
  ),
  anywhere.map((at) => (zip: Buffer) => zip.subarray(0, at % zip.length)),
  anywhere.map((at) => (zip: Buffer) => zip.subarray(at % zip.length)),
  fc.tuple(anywhere, fc.uint8Array({ maxLength: 40 })).map(
    ([at, wedge]) =>
      (zip: Buffer) =>
        Buffer.concat([zip.subarray(0, at % (zip.length + 1)), wedge, zip.subarray(at % (zip.length + 1))]),
  ),
  fc.tuple(fc.nat({ max: archives.length - 1 }), anywhere, anywhere).map(([other, from, to]) => (zip: Buffer) => {
    const second = archives[other] ?? zip;
    return Buffer.concat([zip.subarray(0, from % (zip.length + 1)), second.subarray(to % (second.length + 1))]);
  }),
  fc.tuple(anywhere, anywhere, fc.nat({ max: 100 })).map(
    ([from, to, length]) =>
      (zip: Buffer) =>
        changed(zip, (copy) => void copy.copy(copy, from % copy.length, to % copy.length, (to % copy.length) + length)),
  ),
);

describe('an archive to which something has happened', () => {
  const { parameters, title } = tries(200_000, 50);
  test(`is refused as such, or read with safe paths and within the limits: ${title}`, async () => {
    const heapBefore = process.memoryUsage().arrayBuffers;
    let read = 0;
    const start = fc.constantFrom(...archives);
    await fc.assert(
      fc.asyncProperty(start, fc.array(change, { minLength: 1, maxLength: 4 }), async (zip, changes) => {
        // An archive that was cut to nothing is no archive any more, and nothing can be changed in it.
        const hostile = changes.reduce((bytes, each) => (bytes.length === 0 ? bytes : each(bytes)), zip);
        const started = performance.now();
        const [checked, files] = await Promise.allSettled([
          checkContext(hostile, limits),
          readContext(hostile, limits),
        ]);
        assert.ok(performance.now() - started < 5000, 'it took more than five seconds');
        assert.equal(checked.status, files.status, 'what is checked can be read, and the reverse');
        if (files.status === 'rejected') {
          assert.ok(files.reason instanceof LongarmError, String(files.reason?.stack ?? files.reason));
          assert.deepEqual([files.reason.code, files.reason.target], ['InvalidContext', 'context']);
          assert.doesNotMatch(files.reason.message, /[\p{Cc}\p{Cf}]/u);
          return;
        }
        read += 1;
        const paths = files.value.map(({ path }) => path);
        for (const path of paths) {
          assert.doesNotMatch(path, /^$|^\/|\\|\p{Cc}|^[A-Za-z]:/u);
          assert.ok(!path.split('/').some((segment) => ['', '.', '..'].includes(segment)), path);
        }
        assert.equal(new Set(paths.map((path) => path.toLowerCase())).size, paths.length);
        assert.ok(files.value.length <= limits.entries);
        assert.ok(files.value.reduce((sum, { bytes }) => sum + bytes.length, 0) <= limits.unpackedBytes);
        assert.ok(files.value.every(({ mode }) => (mode & ~0o777) === 0));
      }),
      parameters,
    );
    assert.ok(read > 0, 'some changes hurt nothing, or nothing was tried');
    assert.ok(process.memoryUsage().arrayBuffers - heapBefore < 256 * 1024 * 1024);
  });
});
