import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ContextLimits, defaultContextLimits } from '../../../src/wire/context/context-limits.ts';
import { decodeBase64 } from '../../../src/wire/context/base64.ts';
import { checkContext, readContext } from '../../../src/wire/context/read-context.ts';
import { assertRejected } from '../refusal.ts';
import { writeZip, zipContext, type ZipEntry, type ZipLies } from '../zip-writer.ts';

const file = { name: 'f', content: 'content' };

async function assertContextRefused(context: string, message: RegExp, limits?: Partial<ContextLimits>): Promise<void> {
  for (const look of [checkContext, readContext]) {
    const looking = (async () => look(decodeBase64(context), limits))();
    await assertRejected(looking, { code: 'InvalidContext', target: 'context', message });
  }
}

describe('reading a context refuses what is not an archive', () => {
  const whole = writeZip([file]).toString('base64');
  for (const [what, context, message] of [
    ['other characters', 'UEsD!', /alphabet at position 4/],
    ['URL-safe base64', 'UEs-_w==', /URL-safe/],
    ['two pieces of base64', 'UEs=UEsD', /follows its padding/],
    ['missing padding', 'UEs', /3 characters with padding that does not fit/],
    ['too much padding', 'U===', /padding that does not fit/],
    ['base64 of something else', Buffer.from('not a zip at all, really').toString('base64'), /is not a zip file/],
    ['a gzip', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(30)]).toString('base64'), /is gzip, not a zip/],
    ['base64 of base64', Buffer.from(whole).toString('base64'), /is not a zip file/],
  ] as const) {
    test(what, async () => {
      await assertContextRefused(context, message);
    });
  }
});

describe('reading a context refuses an archive', () => {
  const lies: readonly (readonly [string, ZipLies, RegExp])[] = [
    ['with bytes behind it', { behind: Buffer.from('x') }, /something behind its end/],
    ['with bytes between its list and its end', { between: Buffer.alloc(9) }, /does not say where its list/],
    ['in the zip64 form', { between: zip64Locator() }, /zip64/],
    ['in several parts', { countHere: 2 }, /several parts/],
    ['that counts fewer entries than it lists', { count: 0 }, /counts 0 entries/],
    ['that counts more entries than it lists', { count: 2 }, /damaged zip: unexpected EOF/],
  ];
  for (const [what, lie, message] of lies) {
    test(what, async () => {
      await assertContextRefused(zipContext([file], lie), message);
    });
  }

  test('with bytes before it that its offsets leave out', async () => {
    const shifted = Buffer.concat([Buffer.from('MZ'), writeZip([file])]).toString('base64');
    await assertContextRefused(shifted, /does not say where its list/);
  });
});

describe('reading a context refuses an entry, and names it', () => {
  const special = (mode: number): ZipEntry => ({ name: 'special', content: '/etc/passwd', mode });
  const cases: readonly (readonly [string, readonly ZipEntry[], RegExp])[] = [
    ['with a parent path', [{ name: '../up' }], /"\.\.\/up" leads out of the working directory/],
    ['with a parent path inside', [{ name: 'a/../../up' }], /leads out/],
    ['that is a parent folder', [{ name: 'a/..' }], /leads out/],
    ['with an absolute path', [{ name: '/etc/passwd' }], /"\/etc\/passwd" has an absolute path/],
    ['with a drive letter', [{ name: 'C:/x' }], /"C:\/x" begins with a drive letter/],
    ['with a backslash', [{ name: 'dir\\file' }], /"dir\\\\file" has a backslash .*PowerShell 7/],
    ['without a name', [{ name: '' }], /"" has no name/],
    ['with an empty segment', [{ name: 'a//b' }], /empty segment/],
    ['with NUL in its name', [{ name: 'a\0b' }], /"a\\u\{0\}b" has a control character/],
    ['with a line break in its name', [{ name: 'a\nb', flags: 0 }], /control character/],
    ['with a C1 control character in its name', [{ name: 'a\u0085b' }], /control character/],
    ['whose name is not the UTF-8 it claims', [{ name: Buffer.from([0x61, 0xff]) }], /says that its name is UTF-8/],
    ['whose path is too long', [{ name: 'abcdefg/'.repeat(20) + 'x'.repeat(900) }], /1060 bytes; at most 1024/],
    ['with a segment that is too long', [{ name: 'x'.repeat(256) }], /name of 256 bytes/],
    ['that lies too deep', [{ name: 'a/'.repeat(32) + 'f' }], /33 levels deep; at most 32/],
    ['that is a symbolic link', [special(0o120777)], /"special" is a symbolic link/],
    ['that is a link made on another system', [{ ...special(0o120777), host: 0 }], /is a symbolic link/],
    ['that is a named pipe', [special(0o010644)], /is a named pipe/],
    ['that is a device', [special(0o020644)], /is a character device/],
    ['that is a block device', [special(0o060644)], /is a block device/],
    ['that is a socket', [special(0o140644)], /is a socket/],
    ['of an unknown kind', [special(0o150644)], /is a special file/],
    ['that is a folder by its mode alone', [special(0o040755)], /a file by its name and a folder by its mode/],
    ['that is a folder with content', [{ name: 'd/', content: 'x' }], /is a folder with content/],
    ['that is there twice', [file, file], /"f" is there twice/],
    ['that is there twice by way of a dot', [file, { ...file, name: './f' }], /"\.\/f" is there twice/],
    ['that differs in case only', [file, { ...file, name: 'F' }], /"F" differs .* case/],
    ['whose folder differs in case only', [{ name: 'd/a' }, { name: 'D/b' }], /"D\/b" differs/],
    ['that differs in Unicode form only', [{ name: '\u00e9' }, { name: 'e\u0301' }], /differs/],
    ['that needs a folder where a file is', [file, { name: 'f/g' }], /"f\/g" needs a folder where there is a file/],
    ['that is a file where a folder is', [{ name: 'f/g' }, file], /"f" needs a folder/],
    ['that is encrypted', [{ ...file, flags: 0x801 }], /"f" is encrypted/],
    ['that is packed by another method', [{ ...file, method: 14 }], /by method 14/],
    ['that is stored in another size', [{ ...file, declared: { size: 5 } }], /"f" does not unpack to the 5 bytes/],
    ['with another checksum', [{ ...file, declared: { crc: 1 } }], /"f" does not have the checksum/],
    ['with another name in its own header', [{ ...file, own: { name: 'g' } }], /another name or compression/],
    ['with another method in its own header', [{ ...file, own: { method: 8 } }], /another name or compression/],
    ['with another size in its own header', [{ ...file, own: { size: 1 } }], /has other sizes in its own header/],
    ['that runs into the list', [{ ...file, declared: { size: 40, packed: 40 } }], /runs into the list/],
    ['that runs out of the archive', [{ ...file, declared: { size: 9999, packed: 9999 } }], /overflows file bounds/],
  ];
  for (const [what, entries, message] of cases) {
    test(what, async () => {
      await assertContextRefused(zipContext(entries), message);
    });
  }

  test('that shares its bytes with one of another name', async () => {
    // One header cannot carry two names, so the overlap lies inside: an archive stored in the archive.
    const inner = writeZip([{ name: 'in', content: 'secret' }]);
    const outer = writeZip([
      { name: 'outer', content: inner },
      { name: 'in', content: 'secret' },
    ]);
    const listed = outer.lastIndexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    outer.writeUInt32LE(30 + 'outer'.length, listed + 42);
    await assertContextRefused(outer.toString('base64'), /"in" shares bytes of the archive with another entry/);
  });

  test('whose packed bytes are cut off', async () => {
    const zip = writeZip([{ name: 'f', content: 'abcdefgh'.repeat(99), method: 8 }]);
    zip.fill(0xff, 31, 40);
    await assertContextRefused(zip.toString('base64'), /"f" cannot be unpacked/);
  });
});

describe('reading a context holds to its limits', () => {
  test('a bomb is refused by what it declares', async () => {
    const bomb = { name: 'bomb', content: Buffer.alloc(8 * 1024 * 1024), method: 8 };
    await assertContextRefused(zipContext([bomb]), /"bomb" unpacks from \d+ to 8388608 bytes; at most 100 times/);
  });

  test('a bomb that declares little is refused after what it declares', async () => {
    const bomb = { name: 'bomb', content: Buffer.alloc(8 * 1024 * 1024), method: 8, declared: { size: 100 } };
    await assertContextRefused(zipContext([bomb]), /"bomb" does not unpack to the 100 bytes/);
  });

  test('an entry that unpacks to less than it declares is refused', async () => {
    const entry = { name: 'f', content: 'abc', method: 8, declared: { size: 100 } };
    await assertContextRefused(zipContext([entry]), /"f" does not unpack to the 100 bytes/);
  });

  test('all files together may be as large as the limit and no larger', async () => {
    const entries = ['a', 'b', 'c'].map((name) => ({ name, content: '0123456789' }));
    assert.equal(await checkContext(writeZip(entries), { unpackedBytes: 30 }), 3);
    await assertContextRefused(zipContext(entries), /unpacks to 30 bytes; at most 29 are allowed/, {
      unpackedBytes: 29,
    });
  });

  test('there may be as many entries as the limit and no more', async () => {
    const entries = Array.from({ length: defaultContextLimits.entries + 1 }, (_, index) => ({ name: `f${index}` }));
    assert.equal(await checkContext(writeZip(entries.slice(1))), 4096);
    await assertContextRefused(zipContext(entries), /4097 entries; at most 4096/);
  });
});

/** The record that stands before the end of an archive in the zip64 form. */
function zip64Locator(): Buffer {
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  return locator;
}
