import assert from 'node:assert/strict';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { addFakeCommand } from '../client/fake-command.ts';
import { runVerb, startFakeLongarm } from './run-verb.ts';

describe('longarm invoke -f', () => {
  test('files keep relative path, bytes and mode, and stderr says how many there are', async (t) => {
    const { fake, folder, environment } = await startFakeLongarm(t);
    addFakeCommand(fake);
    const work = join(folder, 'work');
    await mkdir(join(work, 'chart', '.git'), { recursive: true });
    await writeFile(join(work, 'chart', 'run.sh'), '#!/bin/sh\n');
    await chmod(join(work, 'chart', 'run.sh'), 0o755);
    await writeFile(join(work, 'chart', '.git', 'HEAD'), 'x');
    await writeFile(join(work, 'ünïcode.txt'), 'a'.repeat(1000));
    const ran = await runVerb(['invoke', 'local', '-f', '.', '--', 'x'], { environment, workingDirectory: work });
    assert.equal(ran.code, 0);
    assert.match(ran.stderr, /Attached 2 files, 1010 bytes/);
    assert.match(ran.stderr, /Left out chart\/\.git/);
    const { context } = JSON.parse(fake.requests(/runCommand$/)[0]?.body ?? '') as { context: string };
    assert.ok(Buffer.from(context, 'base64').subarray(0, 2).toString() === 'PK');
  });

  test('of a directory, links that lead out of it or nowhere are left out, and stderr says so', async (t) => {
    const { fake, folder, environment } = await startFakeLongarm(t);
    addFakeCommand(fake);
    const work = join(folder, 'work');
    await mkdir(join(work, 'inner'), { recursive: true });
    await writeFile(join(folder, 'secret'), 'not to be seen');
    await writeFile(join(work, 'inner', 'own'), 'x');
    await symlink('../secret', join(work, 'out'));
    await symlink('inner/own', join(work, 'within'));
    await symlink('nothing', join(work, 'broken'));
    await symlink('inner', join(work, 'folder'));
    const options = { environment, workingDirectory: work };
    const { stderr, code } = await runVerb(['invoke', 'local', '-f', '.', '--', 'x'], options);
    assert.equal(code, 0);
    assert.match(stderr, /Attached 2 files, 2 bytes/);
    assert.match(stderr, /Left out out: it is a link that leads out/);
    assert.match(stderr, /Left out broken: it is a link that leads nowhere/);
    assert.match(stderr, /Left out folder: it is a link to a directory/);
    const named = await runVerb(['invoke', 'local', '-f', 'out', '--', 'x'], options);
    assert.match(named.stderr, /Attached 1 file, 14 bytes/);
  });

  test('two files that would have one name, and one that is not there, are mistakes of usage', async (t) => {
    const { folder, environment } = await startFakeLongarm(t);
    const work = join(folder, 'work');
    await mkdir(work);
    await writeFile(join(folder, 'a.txt'), '1');
    await writeFile(join(work, 'a.txt'), '2');
    const options = { environment, workingDirectory: work };
    const twice = await runVerb(['invoke', 'local', '-f', 'a.txt', '-f', '../a.txt', '--', 'x'], options);
    assert.equal(twice.code, 2);
    assert.match(twice.stderr, /both be called "a\.txt"/);
    const absent = await runVerb(['invoke', 'local', '-f', 'b.txt', '--', 'x'], options);
    assert.equal(absent.code, 2);
    assert.match(absent.stderr, /-f b\.txt cannot be read/);
  });
});
