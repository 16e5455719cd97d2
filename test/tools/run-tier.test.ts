import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runTier, type Tally } from '../../tools/tests/run-tier.ts';

const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What a living process was started as; empty for one that is gone, or dead and not yet collected by its parent. */
function commandLineOf(pid: string): string {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

const head = "import { test } from 'node:test';\n";

describe('the runner of tiers', { concurrency: 2 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiers-'));
  after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'test'));
  for (const linked of ['tools', 'package.json']) symlinkSync(join(checkout, linked), join(folder, linked));

  async function tally(name: string, source: string, deadlineMs = 60_000): Promise<Tally> {
    writeFileSync(join(folder, 'test', `${name}.test.ts`), `${head}${source}\n`);
    const files = `test/${name}.test.ts`;
    const tier = { name, proves: '', files, needs: [], concurrency: 1, timeoutMs: 60_000, deadlineMs };
    return runTier(tier, { checkout: folder, stop: AbortSignal.timeout(60_000), report: 'ignore' });
  }

  test('what passes is counted, and a clean tier has no complaints', async () => {
    assert.deepEqual(await tally('clean', "test('a', () => {});\ntest('b', () => {});"), {
      passed: 2,
      failed: 0,
      skipped: 0,
      complaints: [],
    });
  });

  test('a failed test and a skipped one are counted', async () => {
    const { passed, failed, skipped } = await tally(
      'bad',
      "test('a', () => { throw 1; });\ntest('b', (t) => t.skip());",
    );
    assert.deepEqual([passed, failed, skipped], [0, 1, 1]);
  });

  test('a file that breaks before its first test has failed', async () => {
    assert.equal((await tally('broken', 'throw new Error();')).failed, 1);
  });

  test('a file without a test, which node counts as passed, has failed', async () => {
    const { passed, failed, complaints } = await tally('empty', 'export { test };');
    assert.deepEqual([passed, failed, complaints], [0, 2, ['test/empty.test.ts has no test', 'not one test ran']]);
  });

  test('a process that ran away into its own session and environment is found and ended', async () => {
    const options = "{ detached: true, stdio: 'ignore', cwd: tmpdir() }";
    const { failed, complaints } = await tally(
      'runaway',
      `import { spawn } from 'node:child_process';
       import { tmpdir } from 'node:os';
       test('a', () => spawn('setsid', ['sleep', '300'], ${options}).unref());
       test('b', () => spawn('env', ['-i', 'sleep', '301'], ${options}).unref());`,
    );
    assert.equal(failed, 2);
    for (const seconds of ['300', '301']) {
      const left = new RegExp(`process (\\d+) was left running: sleep ${seconds}$`, 'm').exec(complaints.join('\n'));
      assert.ok(left !== null, complaints.join('\n'));
      assert.equal(commandLineOf(left[1] ?? ''), '');
    }
  });

  test('a file left in the temporary folder is complained about, and removed', async () => {
    const { failed, complaints } = await tally(
      'litter',
      `import { writeFileSync } from 'node:fs';
       import { tmpdir } from 'node:os';
       import { join } from 'node:path';
       test('a', () => writeFileSync(join(tmpdir(), 'litter'), ''));`,
    );
    assert.equal(failed, 1);
    assert.match(complaints[0] ?? '', /litter was left behind$/);
    assert.equal(existsSync(complaints[0]?.split(' was left')[0] ?? ''), false);
  });

  test('a tier that takes too long is stopped, and says so', async () => {
    const { failed, complaints } = await tally(
      'endless',
      "test('a', () => new Promise((resolve) => setTimeout(resolve, 50_000)));",
      2000,
    );
    assert.ok(failed > 0);
    assert.match(complaints.join('\n'), /took longer than 2 s/);
  });

  test('a server left listening fails its file', async () => {
    const { failed } = await tally(
      'listening',
      "import { createServer } from 'node:net';\ntest('a', () => void createServer().listen(0, '127.0.0.1'));",
    );
    assert.equal(failed, 1);
  });
});
