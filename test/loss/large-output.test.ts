import assert from 'node:assert/strict';
import { createCipheriv, createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { quoteForShell } from '../../src/cli/shell-words.ts';
import { shortened } from '../shortened.ts';
import { type LiveServer, startLiveServer } from './live-server.ts';
import { type Digest, digestOf, readOutput, storedOf } from './read-output.ts';

const mib = 1024 * 1024;
const large = shortened(1024 * mib, 8);
/** docs/operations.md and the issue: what the server may take, whatever the output. */
const memoryLimitBytes = 250 * mib;

/** Writes bytes that look random and are the same each time. Given the number of bytes; run by the command. */
const writer = `
import { createCipheriv } from 'node:crypto';
import { writeSync } from 'node:fs';
const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16, 2));
for (let left = Number(process.argv[2]); left > 0; left -= ${mib}) {
  const piece = cipher.update(Buffer.alloc(Math.min(left, ${mib})));
  for (let written = 0; written < piece.length;) written += writeSync(1, piece, written);
}
`;

/** The digest of what the writer writes, by a reckoning of our own. */
function expectedOf(count: number): Digest {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16, 2));
  const hash = createHash('sha256');
  for (let left = count; left > 0; left -= mib) hash.update(cipher.update(Buffer.alloc(Math.min(left, mib))));
  return { bytes: count, sha256: hash.digest('hex') };
}

function writerIn(server: LiveServer): string {
  const file = join(server.folder, 'writer.mjs');
  writeFileSync(file, writer);
  return `${quoteForShell(process.execPath)} ${file}`;
}

describe('output of the largest size', () => {
  let server: LiveServer;
  before(async () => {
    server = await startLiveServer();
  });
  after(() => server.stop());

  test(`${large.title} bytes arrive whole with an equal sha256, followed and fetched, in bounded memory`, async (t) => {
    const client = server.client();
    const command = `${writerIn(server)} ${large.count}; exit 4`;
    const began = performance.now();
    const ref = await client.submit(server.cluster, { command }, { keepsIdempotencyKeys: true });
    const { result, ...followed } = await readOutput(client, ref);
    const followedMs = performance.now() - began;
    const { result: again, ...fetched } = await readOutput(client, ref, { follow: false });
    const expected = expectedOf(large.count);
    assert.deepEqual(followed, expected);
    assert.deepEqual(fetched, expected);
    assert.deepEqual(storedOf(again), expected);
    const { provisioningState, exitCode, longarm } = result.properties;
    assert.deepEqual([provisioningState, exitCode, longarm?.complete], ['Succeeded', 4, true]);
    const rate = large.count / mib / (followedMs / 1000);
    const peak = server.peakBytes();
    t.diagnostic(
      `${rate.toFixed(0)} MiB/s from submit to the last byte followed; peak RSS ${(peak / mib).toFixed(0)} MiB`,
    );
    assert.ok(peak <= memoryLimitBytes, `the server took ${(peak / mib).toFixed(0)} MiB`);
    await server.nothingLeft();
  });
});

describe('output at its limit', () => {
  const limit = mib;
  let server: LiveServer;
  before(async () => {
    server = await startLiveServer({ flags: ['--output-limit', '1MiB', '--grace', '2s'] });
  });
  after(() => server.stop());

  async function write(count: number, then: string) {
    const client = server.client();
    const command = `${writerIn(server)} ${count}; ${then}`;
    const ref = await client.submit(server.cluster, { command }, { keepsIdempotencyKeys: true });
    const read = await readOutput(client, ref);
    return { client, ref, ...read, properties: read.result.properties };
  }

  for (const count of [limit - 1, limit]) {
    test(`${count} bytes, of ${limit} that may be, are kept whole`, async () => {
      const { properties, bytes, sha256 } = await write(count, 'exit 5');
      assert.deepEqual({ bytes, sha256 }, expectedOf(count));
      assert.deepEqual(
        [properties.provisioningState, properties.exitCode, properties.longarm?.complete, properties.reason],
        ['Succeeded', 5, true, undefined],
      );
    });
  }

  test('one byte more stops what goes on running: OutputLimitExceeded, and what was stored stays', async () => {
    const marker = join(server.folder, 'went-on');
    const { client, ref, properties, bytes, sha256 } = await write(limit + 1, `sleep 600; echo >${marker}`);
    assert.equal(properties.provisioningState, 'Failed');
    assert.match(properties.reason ?? '', /^OutputLimitExceeded: /);
    assert.deepEqual({ bytes, sha256 }, expectedOf(limit));
    assert.deepEqual([properties.longarm?.complete, properties.longarm?.totalBytes], [false, limit + 1]);
    const { result: _again, ...later } = await readOutput(client, ref, { follow: false });
    assert.deepEqual(later, expectedOf(limit));
  });

  test('one byte more of what ends before it can be stopped keeps its exit code, and says what is missing', async () => {
    const { properties, bytes, sha256 } = await write(limit + 1, 'exit 6');
    assert.deepEqual({ bytes, sha256 }, expectedOf(limit));
    const { longarm, reason = '', exitCode } = properties;
    // Which of the two was first is the machine's choice; neither may pass for whole.
    assert.match(reason, new RegExp(`^(OutputIncomplete: ${limit} of ${limit + 1} bytes|OutputLimitExceeded: )`));
    assert.deepEqual([longarm?.complete, longarm?.totalBytes], [false, limit + 1]);
    if (reason.startsWith('OutputIncomplete')) assert.equal(exitCode, 6);
  });

  test('a command that writes without end is stopped, and the next one is not the worse for it', async () => {
    const endless = await write(0, 'exec cat /dev/zero');
    assert.match(endless.properties.reason ?? '', /^OutputLimitExceeded: /);
    assert.deepEqual(storedOf(endless.result), digestOf(Buffer.alloc(limit)));
    const next = await write(10, 'exit 0');
    assert.deepEqual([next.properties.provisioningState, next.bytes], ['Succeeded', 10]);
    await server.nothingLeft();
  });
});
