import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const longarm = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin/longarm.mjs');

describe('longarm quickstart, told to stop', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'longarm-quickstart-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const start = (...words: string[]): ChildProcess =>
    spawn(process.execPath, [longarm, 'quickstart', '--data-dir', join(folder, 'state'), '--port', '0', ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  /** Resolves when the child has said it, on the stream that it is expected on. */
  const says = async (stream: ChildProcess['stdout'], text: string): Promise<void> => {
    let said = '';
    assert.ok(stream);
    for await (const chunk of stream) {
      said += String(chunk);
      if (said.includes(text)) break;
    }
    assert.ok(said.includes(text), said);
  };
  const left = () => readdirSync(join(folder, 'state', 'runs', 'process'));

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const) {
    test(`by ${signal} while its first command runs, it cancels the command, leaves nothing and exits ${code}`, async () => {
      const child = start('--once', '--', 'echo started; sleep 60');
      child.stderr?.resume();
      await says(child.stdout, 'started');
      child.kill(signal);
      assert.deepEqual(await once(child, 'close'), [code, null]);
      assert.deepEqual(left(), []);
    });
  }

  test('before its first command is even sent, it does not wait for a server that it has stopped itself', async () => {
    const child = start('--once', '--', 'sleep 60');
    child.stdout?.resume();
    const closed = once(child, 'close');
    await says(child.stderr, '$ sleep 60');
    child.kill('SIGTERM');
    assert.deepEqual(await closed, [143, null]);
  });
});
