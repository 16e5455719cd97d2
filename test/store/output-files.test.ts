import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openOutputFiles } from '../../src/store/files/open-output-files.ts';
import { newCommandId } from '../contract/sample-commands.ts';
import { temporaryDirectory } from '../contract/temporary-directory.ts';
import { startProgram } from './child-program.ts';

describe('openOutputFiles()', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let path: string;
  beforeEach(async () => {
    directory = await temporaryDirectory();
    path = join(directory.path, 'outputs');
  });
  afterEach(() => directory.remove());

  async function isTrueBeginning(id: ReturnType<typeof newCommandId>, length: number): Promise<void> {
    const outputs = await openOutputFiles(path);
    const hash = createHash('sha256');
    for await (const piece of outputs.read(id, 0, length)) hash.update(piece);
    const expected = createHash('sha256').update(Uint8Array.from({ length }, (_, i) => i % 251));
    const sha256 = expected.digest('hex');
    assert.equal(hash.digest('hex'), sha256);
    assert.deepEqual(await outputs.seal(id, length), { sha256 });
    await outputs.close();
  }

  test('folders are of mode 0700 and files of 0600, growing and sealed', async () => {
    const outputs = await openOutputFiles(path);
    const id = newCommandId();
    await outputs.append(id, 0, randomBytes(10));
    const shard = join(path, id.slice(0, 2));
    for (const folder of [path, shard]) assert.equal((await stat(folder)).mode & 0o777, 0o700);
    assert.equal((await stat(join(shard, `${id}.open`))).mode & 0o777, 0o600);
    await outputs.seal(id, 10);
    assert.deepEqual(await readdir(shard), [`${id}.sealed`]);
    assert.equal((await stat(join(shard, `${id}.sealed`))).mode & 0o777, 0o600);
    await outputs.close();
  });

  test('what a killed process has stored is an exact beginning, and can be sealed', async () => {
    const id = newCommandId();
    const writer = startProgram('append-output.ts', [path, id]);
    let said = 0;
    while (said < 40_960) said = Number(await writer.line());
    await writer.kill();
    const outputs = await openOutputFiles(path);
    const length = await outputs.length(id);
    await outputs.close();
    assert.ok(length >= said, `${length} bytes are stored, and ${said} were said to be`);
    await isTrueBeginning(id, length);
  });

  test('when the file can grow no more the error says so, and what is stored is an exact beginning', async () => {
    const id = newCommandId();
    // 33 blocks of 512 bytes: in the middle of a piece, so that one is written in part.
    const writer = startProgram('append-output.ts', [path, id], 'ulimit -f 33');
    const lines: string[] = [];
    while (!lines.at(-1)?.includes(':')) lines.push(await writer.line());
    assert.deepEqual(await writer.ended(), { code: 0, errors: '' });
    assert.match(lines.at(-1) ?? '', /^StoreUnavailable: The output of command .*may not grow further/);
    const outputs = await openOutputFiles(path);
    const length = await outputs.length(id);
    await outputs.close();
    assert.ok(length >= Number(lines.at(-2)) && length <= 33 * 1024);
    await isTrueBeginning(id, length);
  });

  test('two hundred growing outputs, all being read, hold a bounded number of files open', async () => {
    const outputs = await openOutputFiles(path);
    const ids = Array.from({ length: 200 }, newCommandId);
    await Promise.all(ids.map((id) => outputs.append(id, 0, randomBytes(300_000))));
    const readers = ids.map((id) => outputs.read(id, 0, 300_000)[Symbol.asyncIterator]());
    await Promise.all(readers.map((reader) => reader.next()));
    const open = (await readdir('/dev/fd')).length;
    assert.ok(open < 160, `${open} files are open`);
    await outputs.close();
    for (const id of ids) await outputs.remove(id);
    await outputs.close();
  });

  test('many readers of one output share its pieces, each gets all of it, and none after its removal', async () => {
    const outputs = await openOutputFiles(path);
    const id = newCommandId();
    const bytes = randomBytes(700_000);
    await outputs.append(id, 0, bytes.subarray(0, 300_000));
    // Asked for while the output was shorter: what is remembered of it must not stand for what is there now.
    for await (const piece of outputs.read(id, 0, 300_000)) assert.ok(piece.length > 0);
    await outputs.append(id, 300_000, bytes.subarray(300_000));
    const memories = new Set<unknown>();
    await Promise.all(
      Array.from({ length: 100 }, async (_, from) => {
        const hash = createHash('sha256');
        for await (const piece of outputs.read(id, from, bytes.length)) {
          memories.add(piece.buffer);
          hash.update(piece);
        }
        assert.equal(hash.digest('hex'), createHash('sha256').update(bytes.subarray(from)).digest('hex'));
      }),
    );
    // The first piece of each begins elsewhere.
    assert.ok(memories.size <= 100 + 2, `${memories.size} buffers were filled`);
    const late = outputs.read(id, 0, bytes.length)[Symbol.asyncIterator]();
    await late.next();
    await outputs.remove(id);
    await assert.rejects(late.next(), /removed while it was read/);
    await outputs.close();
  });

  test('files and folders of others in the directory are not taken for output', async () => {
    const outputs = await openOutputFiles(path);
    const id = newCommandId();
    await outputs.append(id, 0, randomBytes(1));
    await writeFile(join(path, 'lost+found'), '');
    await mkdir(join(path, 'zz'));
    await writeFile(join(path, 'zz', 'notes.txt'), '');
    await writeFile(join(path, 'zz', 'x.open'), '');
    const listed: string[] = [];
    for await (const each of outputs.list()) listed.push(each);
    assert.deepEqual(listed, [id]);
    await outputs.close();
  });
});
