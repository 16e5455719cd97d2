import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import type { CommandRef } from '../../../src/client/session.ts';
import { firstOutput } from '../../loss/read-output.ts';
import type { PodServer } from '../pod-server.ts';

/** A command that tells the digest of random bytes and then writes them, piece by piece. */
export interface StreamedBytes {
  readonly command: CommandRef;
  /** How much it writes in all. */
  readonly totalBytes: number;
  /** Asserts that it completed, once, that every byte is stored, and that nothing is left. */
  completed(): Promise<void>;
}

/** How many bytes are written, in how many pieces, with how long a pause after each. */
export interface Stream {
  readonly bytes: number;
  readonly pieces: number;
  readonly pauseSeconds: number;
}

/** Submits one, and waits until it begins to write. */
export async function startStream(pods: PodServer, { bytes, pieces, pauseSeconds }: Stream): Promise<StreamedBytes> {
  const mark = randomBytes(6).toString('hex');
  const pieceBytes = Math.floor(bytes / pieces);
  const command = await pods.submit(
    [
      pods.marks.command(mark),
      `head -c ${pieces * pieceBytes} /dev/urandom >/tmp/bytes`,
      'sha256sum </tmp/bytes',
      'i=0',
      `while [ "$i" -lt ${pieces} ]; do`,
      `  dd if=/tmp/bytes bs=${pieceBytes} skip="$i" count=1 2>/dev/null`,
      `  i=$((i + 1)); sleep ${pauseSeconds}`,
      'done',
      'exit 4',
    ].join('\n'),
  );
  const said = await firstOutput(pods.client(), command);
  const line = said.slice(0, said.indexOf('\n') + 1);
  return {
    command,
    totalBytes: line.length + pieces * pieceBytes,
    completed: async () => {
      const { properties } = await pods.client().waitForEnd(command);
      const { provisioningState, exitCode, reason, longarm } = properties;
      assert.deepEqual([provisioningState, exitCode, reason, longarm?.complete], ['Succeeded', 4, undefined, true]);
      const [whole, rest] = [createHash('sha256'), createHash('sha256')];
      let read = 0;
      for await (const piece of pods.client().followOutput(command)) {
        whole.update(piece);
        rest.update(piece.subarray(Math.max(0, Math.min(line.length - read, piece.length))));
        read += piece.length;
      }
      assert.equal(read, line.length + pieces * pieceBytes);
      assert.equal(`${rest.digest('hex')}  -\n`, line);
      assert.equal(longarm?.sha256, whole.digest('hex'));
      await pods.nothingLeft();
      assert.equal(pods.marks.count(mark), 1);
    },
  };
}
