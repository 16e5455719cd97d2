import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { getCommandResult } from '../../src/control-plane/get-command-result.ts';
import { readStoredOutput } from '../../src/control-plane/get-output.ts';
import type { CommandId } from '../../src/core/command-id.ts';
import { type Command, isTerminal, type Phase, type TerminalCommand } from '../../src/core/command.ts';
import type { Plane } from '../control-plane/plane.ts';

const now = new AbortController().signal;

/** How far a life has got. What is claimed may go back into the queue; beside that nobody goes back. */
const progress: Readonly<Record<Phase, number>> = {
  accepted: 0,
  claimed: 0,
  launching: 1,
  running: 2,
  completed: 3,
  failed: 3,
  cancelled: 3,
};

/** A client of one command: it asks again and again, and holds the server to whatever it was told. */
export class Told {
  readonly id: CommandId;
  readonly #behind: Plane;
  /** All that it may write. */
  readonly #written: Uint8Array;
  #command: Command | undefined;
  #bytes = 0;

  constructor(behind: Plane, id: CommandId, written: Uint8Array) {
    this.#behind = behind;
    this.id = id;
    this.#written = written;
  }

  /** The end, once it was told. */
  get ended(): TerminalCommand | undefined {
    return this.#command !== undefined && isTerminal(this.#command) ? this.#command : undefined;
  }

  /** What it was last told, in words. */
  get words(): string {
    const command = this.#command;
    return command === undefined ? 'nothing' : JSON.stringify({ ...command, facts: undefined, told: this.#bytes });
  }

  /** Asks how the command stands and for the output that is new. @throws {AssertionError} where a promise is broken. */
  async ask(): Promise<void> {
    const { plane, actor, cluster } = this.#behind;
    const asked = { address: cluster.address, id: this.id, holdMs: () => 0, signal: now };
    const { command, storedBytes } = await getCommandResult(plane, actor, asked);
    const before = this.#command;
    this.#command = command;
    if (before !== undefined) this.#compare(before, command);
    assert.ok(storedBytes >= this.#bytes, `the stored length shrank from ${this.#bytes} to ${storedBytes}`);
    await this.#read(this.#bytes, storedBytes);
    this.#bytes = storedBytes;
  }

  /** Reads everything once more, from the beginning. */
  async askForAll(): Promise<void> {
    const told = this.#bytes;
    await this.ask();
    await this.#read(0, told);
    const { ended } = this;
    if (ended === undefined) return;
    const { sha256, storedBytes } = ended.output;
    const stored = this.#written.subarray(0, storedBytes);
    assert.equal(sha256, createHash('sha256').update(stored).digest('hex'), 'the digest is that of the stored bytes');
  }

  #compare(before: Command, after: Command): void {
    if (isTerminal(before)) return assert.deepEqual(after, before, 'a command that had ended has changed');
    const step = `${before.phase} → ${after.phase}`;
    assert.ok(progress[after.phase] >= progress[before.phase], `a command went back: ${step}`);
    assert.ok(after.revision >= before.revision, 'a revision went back');
    if ('startedAt' in before) {
      assert.ok('startedAt' in after, `a start that had been told is not known any more: ${step}`);
      assert.equal(after.startedAt, before.startedAt, `a start has changed: ${step}`);
    }
  }

  /** The bytes that were written, at the offsets they were written at, however often one asks. */
  async #read(from: number, to: number): Promise<void> {
    let at = from;
    for await (const piece of readStoredOutput(this.#behind.plane, this.id, from, to)) {
      const expected = this.#written.subarray(at, at + piece.length);
      assert.ok(
        Buffer.from(piece).equals(expected),
        `the output at ${at} (${piece.length} bytes) is not what was written`,
      );
      at += piece.length;
    }
    assert.equal(at, to, 'the output ended before the length that was told');
  }
}
