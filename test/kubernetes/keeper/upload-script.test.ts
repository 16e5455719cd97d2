import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { inSamePod, otherPodExit, podUidVariable } from '../../../src/executors/kubernetes/keeper/same-pod.ts';
import { payloadUpload } from '../../../src/executors/kubernetes/keeper/upload-script.ts';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'upload-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const archive = Buffer.from('an archive');
const part = (): string => join(directory, 'payload.part');

/** Sends what is left of the archive, as if so much of it had come before. @returns the exit code. */
function upload(rest: Uint8Array, before?: Uint8Array): number | null {
  if (before !== undefined) writeFileSync(part(), before);
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const [program = '', ...argv] = payloadUpload(directory, archive.length, sha256);
  return spawnSync(program, argv, { input: rest, timeout: 10_000 }).status;
}

describe('an upload into a pod', () => {
  test('goes on where an earlier one broke off', () => {
    assert.equal(upload(archive.subarray(4), archive.subarray(0, 4)), 0);
    assert.deepEqual(readFileSync(join(directory, 'payload.tar')), archive);
  });

  test('that is cut keeps what came', () => {
    assert.equal(upload(archive.subarray(0, 4)), 3);
    assert.deepEqual(readFileSync(part()), archive.subarray(0, 4));
  });

  test('begins anew where more came than there is, as of two uploads at once', () => {
    assert.equal(upload(archive, Buffer.from('half')), 3);
    assert.equal(existsSync(part()), false);
    assert.equal(upload(archive), 0);
  });

  test('begins anew where it came damaged', () => {
    assert.equal(upload(Buffer.from('XX archive')), 4);
    assert.equal(existsSync(part()), false);
    assert.equal(existsSync(join(directory, 'payload.tar')), false);
  });
});

describe('a program for the keeper of one pod', () => {
  const run = (podUid: string) => {
    const [program = '', ...argv] = inSamePod('the-uid', ['/bin/sh', '-c', 'printf "%s" "$1"', 'name', 'a b']);
    return spawnSync(program, argv, { env: { [podUidVariable]: podUid }, timeout: 10_000 });
  };

  test('runs in that pod as it is', () => {
    const { status, stdout } = run('the-uid');
    assert.deepEqual([status, stdout.toString()], [0, 'a b']);
  });

  test('does not begin in another pod of the same name', () => {
    const { status, stdout } = run('another');
    assert.deepEqual([status, stdout.toString()], [otherPodExit, '']);
  });
});
