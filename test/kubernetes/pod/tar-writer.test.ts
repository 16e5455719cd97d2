import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { writeTar } from '../../../src/executors/kubernetes/pod/tar-writer.ts';

/** The programs that images have for it. */
const tars = [['tar'], ['busybox', 'tar']] as const;
const members = [
  { path: 'a', mode: 0o600, bytes: Buffer.from('one\n') },
  { path: 'bin/tool', mode: 0o755, bytes: randomBytes(513) },
  { path: 'bin/empty', mode: 0o644, bytes: Buffer.alloc(0) },
  { path: `deep/${'x'.repeat(200)}/${'y'.repeat(120)}`, mode: 0o640, bytes: randomBytes(512) },
  { path: 'grüße/日本 and a blank', mode: 0o444, bytes: randomBytes(100_000) },
];

describe('the archive that carries files into a pod', () => {
  for (const tar of tars) {
    test(`is unpacked by ${tar.join(' ')} to the same paths, modes and bytes`, () => {
      const place = mkdtempSync(join(tmpdir(), 'longarm-tar-'));
      try {
        const [program, ...args] = tar;
        execFileSync(program, [...args, '-xpf', '-', '-C', place], { input: writeTar(members) });
        for (const { path, mode, bytes } of members) {
          assert.equal(statSync(join(place, path)).mode & 0o777, mode, path);
          assert.ok(readFileSync(join(place, path)).equals(bytes), path);
        }
      } finally {
        rmSync(place, { recursive: true });
      }
    });
  }

  test('a path of which the pax record’s own length has one digit more than without it is read whole', () => {
    const place = mkdtempSync(join(tmpdir(), 'longarm-tar-'));
    try {
      // "NN path=…\n" passes from two to three digits here.
      const paths = [86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 101, 102].map((length) => 'p'.repeat(length));
      const long = paths.map((path) => ({
        path: `d/${path}/${'q'.repeat(100)}`,
        mode: 0o644,
        bytes: Buffer.from(path),
      }));
      execFileSync('tar', ['-xf', '-', '-C', place], { input: writeTar(long) });
      for (const { path, bytes } of long) assert.ok(readFileSync(join(place, path)).equals(bytes));
    } finally {
      rmSync(place, { recursive: true });
    }
  });
});
