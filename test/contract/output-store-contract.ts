import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { CommandId } from '../../src/core/command-id.ts';
import { noOutput } from '../../src/core/command.ts';
import { OutputGap, OutputSealed, type OutputStore } from '../../src/ports/output-store.ts';
import { newCommandId } from './sample-commands.ts';

/** A new, empty output store for one suite; `reopen` ends it and opens what it left, as a restart would. */
export type OutputStoreFactory = () => Promise<{
  readonly outputs: OutputStore;
  reopen(): Promise<OutputStore>;
  remove(): Promise<void>;
}>;

const mostAtOnce = 256 * 1024;

/** What every `OutputStore` must do. */
export function outputStoreContract(title: string, open: OutputStoreFactory): void {
  describe(`${title} as an OutputStore`, () => {
    let opened: Awaited<ReturnType<OutputStoreFactory>>;
    let outputs: OutputStore;
    before(async () => {
      opened = await open();
      outputs = opened.outputs;
    });
    after(() => opened.remove());

    async function stored(id: CommandId, from = 0, to = Infinity): Promise<Buffer> {
      const pieces: Uint8Array[] = [];
      for await (const piece of outputs.read(id, from, to)) pieces.push(piece);
      return Buffer.concat(pieces);
    }

    async function listed(): Promise<Set<CommandId>> {
      const ids = new Set<CommandId>();
      for await (const id of outputs.list()) ids.add(id);
      return ids;
    }

    function sha256(bytes: Uint8Array): string {
      return createHash('sha256').update(bytes).digest('hex');
    }

    test('a command that is not known has no bytes', async () => {
      const id = newCommandId();
      assert.equal(await outputs.length(id), 0);
      assert.equal((await stored(id)).length, 0);
      assert.equal((await listed()).has(id), false);
    });

    test('bytes that are appended in order come back byte for byte', async () => {
      const id = newCommandId();
      const whole = randomBytes(1000);
      assert.equal(await outputs.append(id, 0, whole.subarray(0, 400)), 400);
      assert.equal(await outputs.append(id, 400, whole.subarray(400)), 1000);
      assert.equal(await outputs.length(id), 1000);
      assert.deepEqual(await stored(id), whole);
      assert.ok((await listed()).has(id));
    });

    test('what is stored already is cut off an append', async () => {
      const id = newCommandId();
      const whole = randomBytes(100);
      await outputs.append(id, 0, whole.subarray(0, 60));
      assert.equal(await outputs.append(id, 0, whole.subarray(0, 60)), 60, 'a repetition');
      assert.equal(await outputs.append(id, 10, whole.subarray(10, 30)), 60, 'an old part');
      assert.equal(await outputs.append(id, 50, whole.subarray(50)), 100, 'an overlap');
      assert.deepEqual(await stored(id), whole);
    });

    test('an append that would leave a hole is refused and stores nothing', async () => {
      const id = newCommandId();
      await outputs.append(id, 0, randomBytes(10));
      await assert.rejects(outputs.append(id, 11, randomBytes(5)), OutputGap);
      assert.equal(await outputs.length(id), 10);
    });

    test('appends of one command that come at once are stored in the order of their calls', async () => {
      const id = newCommandId();
      const whole = randomBytes(5000);
      const lengths = await Promise.all(
        Array.from({ length: 50 }, (_, i) => outputs.append(id, i * 100, whole.subarray(i * 100, i * 100 + 100))),
      );
      assert.deepEqual(
        lengths,
        lengths.map((_, i) => (i + 1) * 100),
      );
      assert.deepEqual(await stored(id), whole);
    });

    test('a part is read from any offset to any other, in pieces of at most 256 KiB', async () => {
      const id = newCommandId();
      const whole = randomBytes(mostAtOnce * 2 + 100);
      await outputs.append(id, 0, whole);
      assert.deepEqual(await stored(id, 7, 19), whole.subarray(7, 19));
      assert.deepEqual(await stored(id, whole.length - 5, whole.length + 50), whole.subarray(-5));
      assert.equal((await stored(id, whole.length)).length, 0);
      const sizes: number[] = [];
      for await (const piece of outputs.read(id, 1, whole.length)) sizes.push(piece.length);
      assert.ok(sizes.every((size) => size > 0 && size <= mostAtOnce));
      assert.equal(
        sizes.reduce((sum, size) => sum + size, 0),
        whole.length - 1,
      );
    });

    test('a read gives what was stored when it began, while more is appended and it is sealed', async () => {
      const id = newCommandId();
      const whole = randomBytes(mostAtOnce * 2);
      await outputs.append(id, 0, whole.subarray(0, mostAtOnce + 10));
      const pieces: Uint8Array[] = [];
      for await (const piece of outputs.read(id, 0, whole.length)) {
        if (pieces.length === 0) {
          await outputs.append(id, mostAtOnce + 10, whole.subarray(mostAtOnce + 10));
          await outputs.seal(id, whole.length);
        }
        pieces.push(piece);
      }
      assert.deepEqual(Buffer.concat(pieces), whole.subarray(0, mostAtOnce + 10));
    });

    test('a seal gives the digest, may be repeated, and ends all growth', async () => {
      const id = newCommandId();
      const whole = randomBytes(777);
      await outputs.append(id, 0, whole.subarray(0, 500));
      await outputs.append(id, 500, whole.subarray(500));
      const sealed = { sha256: sha256(whole) };
      assert.deepEqual(await outputs.seal(id, 777), sealed);
      assert.deepEqual(await outputs.seal(id, 777), sealed);
      assert.equal(await outputs.append(id, 700, whole.subarray(700)), 777, 'a repetition changes nothing');
      await assert.rejects(outputs.append(id, 777, randomBytes(1)), OutputSealed);
      await assert.rejects(outputs.append(id, 700, randomBytes(100)), OutputSealed);
      assert.deepEqual(await stored(id), whole);
      assert.ok((await listed()).has(id));
    });

    test('a seal of another length than the stored one is refused, and the output can still grow', async () => {
      const id = newCommandId();
      await outputs.append(id, 0, randomBytes(10));
      await assert.rejects(outputs.seal(id, 11), OutputGap);
      await assert.rejects(outputs.seal(id, 9), OutputGap);
      assert.equal(await outputs.append(id, 10, randomBytes(1)), 11);
      await outputs.seal(id, 11);
      await assert.rejects(outputs.seal(id, 12), OutputGap);
    });

    test('the output of a command that wrote nothing can be sealed', async () => {
      const id = newCommandId();
      assert.deepEqual(await outputs.seal(id, 0), { sha256: noOutput.sha256 });
      assert.equal(await outputs.length(id), 0);
      await assert.rejects(outputs.append(id, 0, randomBytes(1)), OutputSealed);
    });

    test('a restart finds growing output, goes on with it, and seals it with the digest of the whole', async () => {
      const id = newCommandId();
      const whole = randomBytes(mostAtOnce + 4321);
      await outputs.append(id, 0, whole.subarray(0, 300_00));
      outputs = await opened.reopen();
      assert.equal(await outputs.length(id), 300_00);
      await outputs.append(id, 200_00, whole.subarray(200_00));
      assert.deepEqual(await outputs.seal(id, whole.length), { sha256: sha256(whole) });
    });

    test('a restart finds sealed output sealed', async () => {
      const id = newCommandId();
      const whole = randomBytes(3000);
      await outputs.append(id, 0, whole);
      await outputs.seal(id, 3000);
      outputs = await opened.reopen();
      assert.equal(await outputs.length(id), 3000);
      await assert.rejects(outputs.append(id, 3000, randomBytes(1)), OutputSealed);
      assert.deepEqual(await outputs.seal(id, 3000), { sha256: sha256(whole) });
      assert.deepEqual(await stored(id), whole);
    });

    test('sealed output that is read again and again is the same from any offset to any other', async () => {
      const id = newCommandId();
      const whole = randomBytes(1000);
      await outputs.append(id, 0, whole);
      await outputs.seal(id, 1000);
      for (const [from, to] of [
        [900, 1000],
        [0, 1000],
        [10, 2000],
        [1000, 2000],
        [5, 5],
        [999, 1000],
      ] as const) {
        assert.deepEqual(await stored(id, from, to), whole.subarray(from, to), `from ${from} to ${to}`);
      }
    });

    test('removed output is gone, growing or sealed, and removing may be repeated', async () => {
      const [growing, sealed] = [newCommandId(), newCommandId()];
      await outputs.append(growing, 0, randomBytes(10));
      await outputs.append(sealed, 0, randomBytes(10));
      await outputs.seal(sealed, 10);
      for (const id of [growing, sealed]) assert.equal((await stored(id)).length, 10);
      for (const id of [growing, sealed, growing, sealed]) {
        await outputs.remove(id);
        assert.equal(await outputs.length(id), 0);
        assert.equal((await stored(id, 0, 10)).length, 0, 'nothing of it is remembered');
        assert.equal((await listed()).has(id), false);
      }
    });

    test('output that is removed while it is read ends with an error and not as if it were whole', async () => {
      const id = newCommandId();
      await outputs.append(id, 0, randomBytes(mostAtOnce * 3));
      await assert.rejects(async () => {
        for await (const _piece of outputs.read(id, 0, mostAtOnce * 3)) await outputs.remove(id);
      }, /removed/);
    });

    test('three hundred commands that write at once all get their bytes', async () => {
      const commands = Array.from({ length: 300 }, () => ({ id: newCommandId(), bytes: randomBytes(2000) }));
      await Promise.all(
        commands.map(async ({ id, bytes }) => {
          for (let offset = 0; offset < 2000; offset += 500) {
            await outputs.append(id, offset, bytes.subarray(offset, offset + 500));
          }
          assert.deepEqual(await outputs.seal(id, 2000), { sha256: sha256(bytes) });
        }),
      );
      for (const { id, bytes } of commands) assert.deepEqual(await stored(id), bytes);
      const ids = await listed();
      assert.ok(commands.every(({ id }) => ids.has(id)));
    });
  });
}
