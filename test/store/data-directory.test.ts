import assert from 'node:assert/strict';
import { chmod, chown, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { claimDataDirectory } from '../../src/store/data-directory.ts';
import { DirectoryRefused } from '../../src/store/private-directory.ts';
import { temporaryDirectory } from '../contract/temporary-directory.ts';
import { startProgram } from './child-program.ts';

describe('claimDataDirectory()', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let path: string;
  beforeEach(async () => {
    directory = await temporaryDirectory();
    path = join(directory.path, 'state', 'longarm');
  });
  afterEach(() => directory.remove());

  test('makes the directory with mode 0700, and the one above it', async () => {
    const claim = await claimDataDirectory(path);
    assert.equal((await stat(path)).mode & 0o777, 0o700);
    await claim.release();
  });

  test('refuses a second claim in the same process until the first is released', async () => {
    const claim = await claimDataDirectory(path);
    await assert.rejects(claimDataDirectory(path), DirectoryRefused);
    await claim.release();
    await claim.release();
    const again = await claimDataDirectory(path);
    await again.release();
  });

  test('refuses a directory that another process holds, and names that process', async () => {
    const holder = startProgram('claim-directory.ts', [path]);
    try {
      assert.equal(await holder.line(), 'claimed');
      await assert.rejects(claimDataDirectory(path), (error) => {
        assert.ok(error instanceof DirectoryRefused);
        assert.ok(error.message.includes(`process ${holder.process.pid}`) && error.message.includes(path));
        return true;
      });
      holder.process.stdin?.write('go\n');
      assert.deepEqual(await holder.ended(), { code: 0, errors: '' });
      const claim = await claimDataDirectory(path);
      await claim.release();
      assert.equal((await readdir(path)).includes('server.pid'), false);
    } finally {
      await holder.kill();
    }
  });

  test('the claim of a process that was killed is over', async () => {
    const holder = startProgram('claim-directory.ts', [path]);
    assert.equal(await holder.line(), 'claimed');
    await holder.kill();
    const claim = await claimDataDirectory(path);
    await claim.release();
  });

  test('of five processes that claim at once exactly one succeeds', async () => {
    const programs = Array.from({ length: 5 }, () => startProgram('claim-directory.ts', [path]));
    try {
      const lines = await Promise.all(programs.map((program) => program.line()));
      assert.equal(lines.filter((line) => line === 'claimed').length, 1, lines.join('\n'));
      assert.equal(lines.filter((line) => line.includes('in use by another server')).length, 4, lines.join('\n'));
    } finally {
      await Promise.all(programs.map((program) => program.kill()));
    }
  });

  for (const mode of [0o750, 0o705, 0o777]) {
    test(`refuses a directory of mode ${mode.toString(8)} and says how to mend it`, async () => {
      await (await claimDataDirectory(path)).release();
      await chmod(path, mode);
      await assert.rejects(claimDataDirectory(path), { name: 'DirectoryRefused', message: /chmod 700/ });
    });
  }

  test('refuses a directory of another owner, or cannot be shown one without being root', async () => {
    await (await claimDataDirectory(path)).release();
    try {
      await chown(path, 12345, 12345);
    } catch (error) {
      assert.ok(error instanceof Error && 'code' in error && error.code === 'EPERM');
      return;
    }
    await assert.rejects(claimDataDirectory(path), { name: 'DirectoryRefused', message: /belongs to .*12345/ });
  });

  test('says why a directory cannot be made', async () => {
    await (await claimDataDirectory(path)).release();
    await assert.rejects(claimDataDirectory(join(path, 'server.lock', 'below')), {
      name: 'DirectoryRefused',
      message: /cannot be made/,
    });
  });
});
