import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LongarmError } from '../../../src/core/error-code.ts';
import type { AttachedFile } from '../../../src/core/launch.ts';
import { decodeBase64 } from '../../../src/wire/context/base64.ts';
import { checkContext, readContext } from '../../../src/wire/context/read-context.ts';
import { writeZip, zipContext, type ZipEntry } from '../zip-writer.ts';

const script = { name: 'run.sh', content: '#!/bin/sh\necho hello\n' };

/** Checks a context and reads it, which must agree: what was checked can be read, and what is refused is so by both. */
async function unpack(base64: string): Promise<readonly AttachedFile[]> {
  const zip = decodeBase64(base64);
  const [checked, files] = await Promise.allSettled([checkContext(zip), readContext(zip)]);
  assert.equal(checked.status, files.status);
  if (files.status === 'rejected') throw files.reason;
  assert.ok(checked.status === 'fulfilled' && checked.value === files.value.length);
  return files.value;
}

async function modeOf(entry: ZipEntry): Promise<number | undefined> {
  return (await unpack(zipContext([entry])))[0]?.mode;
}

describe('a context that is honest', () => {
  for (const [what, context] of [
    ['an empty string', ''],
    ['line breaks alone', '\n'],
    ['an archive without entries', zipContext([])],
  ] as const) {
    test(`${what} holds no files`, async () => {
      assert.deepEqual(await unpack(context), []);
    });
  }

  test('stored and deflated files come out byte for byte, in order, with their paths', async () => {
    const binary = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7919) % 251);
    const files = await unpack(
      zipContext([
        { name: 'sub/b file.txt', content: 'stored' },
        { name: 'sub/deep/blob', content: binary, method: 8 },
        { name: 'empty', content: '' },
        { name: 'empty-deflated', content: '', method: 8 },
      ]),
    );
    assert.deepEqual(
      files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString('hex')]),
      [
        ['sub/b file.txt', Buffer.from('stored').toString('hex')],
        ['sub/deep/blob', Buffer.from(binary).toString('hex')],
        ['empty', ''],
        ['empty-deflated', ''],
      ],
    );
  });

  const plain = zipContext([script, { name: 'other.yaml', content: 'a: 1\n'.repeat(40) }]);
  for (const [what, context] of [
    ['in one line', plain],
    ['broken every 76 characters', plain.replace(/.{76}/g, '$&\n').concat('\n')],
    ['broken with CR LF', plain.replace(/.{76}/g, '$&\r\n')],
    ['indented', ` \t${plain}\t `],
  ] as const) {
    test(`base64 ${what} is read`, async () => {
      assert.deepEqual(
        (await unpack(context)).map(({ path }) => path),
        ['run.sh', 'other.yaml'],
      );
    });
  }

  test('folders are implied: an entry for one gives no file', async () => {
    const entries = [
      { name: 'd/', mode: 0o040755 },
      { name: 'd/f', content: 'x' },
      { name: 'd/', mode: 0o040755 },
    ];
    assert.deepEqual(
      (await unpack(zipContext(entries))).map(({ path }) => path),
      ['d/f'],
    );
  });

  test('segments of one dot are dropped', async () => {
    const files = await unpack(zipContext([{ name: './' }, { name: './a/./b', content: 'x' }]));
    assert.deepEqual(
      files.map(({ path }) => path),
      ['a/b'],
    );
  });

  test('a comment behind the archive is part of it', async () => {
    assert.equal((await unpack(zipContext([script], { comment: 'made by hand' }))).length, 1);
  });

  for (const [what, name, host, flags, expected] of [
    ['UTF-8 with the flag', 'grün/ö', 0, 0x800, 'grün/ö'],
    ['UTF-8 from Unix without the flag', 'grün/ö', 3, 0, 'grün/ö'],
    ['code page 437 from Windows', Buffer.from([0x67, 0x72, 0x81, 0x6e]), 0, 0, 'grün'],
  ] as const) {
    test(`a name in ${what} is read`, async () => {
      const files = await unpack(zipContext([{ name, host, flags, content: 'x' }]));
      assert.equal(files[0]?.path, expected);
    });
  }

  for (const [what, entry, mode] of [
    ['a Unix mode is kept', { name: 'f', mode: 0o100755 }, 0o755],
    ['setuid and sticky bits are dropped', { name: 'f', mode: 0o107755 }, 0o755],
    ['the owner can always read and write', { name: 'f', mode: 0o100111 }, 0o711],
    ['mode 000 counts as none', { name: 'f', mode: 0o100000 }, 0o644],
    ['without a mode a file is 0644', { name: 'f', content: 'x' }, 0o644],
    ['without a mode a script is 0755', script, 0o755],
    ['a mode made up on Windows counts as none', { ...script, host: 0, mode: 0o100666 }, 0o755],
    ['a script that is not executable stays so', { ...script, mode: 0o100644 }, 0o644],
  ] as const) {
    test(what, async () => {
      assert.equal(await modeOf(entry), mode);
    });
  }

  test('a file that is small when unpacked may be packed as tightly as it can', async () => {
    const files = await unpack(zipContext([{ name: 'zeros', content: Buffer.alloc(1024 * 1024), method: 8 }]));
    assert.equal(files[0]?.bytes.length, 1024 * 1024);
  });
});

describe('a context of arbitrary input', () => {
  const entries = [script, { name: 'd/f', content: 'x'.repeat(300), method: 8 }];
  const refuses = async (context: string) => {
    await unpack(context).catch((error: unknown) => {
      if (!(error instanceof LongarmError)) throw error;
      assert.equal(error.code, 'InvalidContext');
    });
  };

  test('text that is no context is refused, and never fails otherwise', async () => {
    await fc.assert(fc.asyncProperty(fc.oneof(fc.string(), fc.base64String()), refuses));
  });

  test('an archive with any byte changed is read or refused, and never fails otherwise', async () => {
    const zip = writeZip(entries);
    const change = fc.tuple(fc.nat({ max: zip.length - 1 }), fc.nat({ max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const changed = Buffer.from(zip);
        for (const [at, byte] of changes) changed[at] = byte;
        await refuses(changed.toString('base64'));
      }),
      { numRuns: 500 },
    );
  });

  test('an archive that was cut anywhere is refused', async () => {
    const zip = writeZip(entries);
    for (let length = 1; length < zip.length; length++) {
      const cut = zip.subarray(0, length).toString('base64');
      await assert.rejects(unpack(cut), { code: 'InvalidContext', target: 'context' }, `cut at ${length}`);
    }
  });
});
