import type { CommandId } from '../../src/core/command-id.ts';
import type { AttachedFile, Launch } from '../../src/core/launch.ts';
import type { Executor } from '../../src/ports/executor.ts';

/**
 * What the conformance suite needs of one way of running commands: a fresh place for its state, and how the things
 * that the suite wants done are said to it.
 */
export interface ExecutorBench {
  /** A new instance over the same state, as a process that starts later would make. */
  instance(): Promise<Executor>;
  /** Starts the command in another process, and kills that process with SIGKILL once `start` has resolved. */
  startAndDie(launch: Launch): Promise<void>;
  readonly programs: Programs;
  /** Lets a `held` command go on. */
  release(gate: string): Promise<void>;
  /** How often a command that has `mark(name)` in it began. */
  marks(name: string): Promise<number>;
  /** Puts these bytes where the record of the exit belongs, while the command runs. */
  spoilExit(commandId: CommandId, bytes: string): Promise<void>;
  /** What is left of a command on the machine: files, processes. Empty for nothing. */
  traces(commandId: CommandId): Promise<readonly string[]>;
  /** Removes the place. */
  close(): Promise<void>;
}

/** How one says it there. Each is a whole command, but for `mark`, which is put in front of one. */
export interface Programs {
  exit(code: number): string;
  /** Writes these, one after the other, and exits 0. */
  write(parts: readonly { readonly to: 'stdout' | 'stderr'; readonly bytes: Uint8Array }[]): string;
  /** Writes `ready` and a newline, waits until the gate is released, writes `gone on` and a newline, exits 5. */
  held(gate: string): string;
  /** Writes `ready` and a newline, and then ends only by KILL. */
  stubborn(): string;
  /** Exits 3 at once, while something that it started holds stdout open for much longer. */
  lingering(): string;
  /** Leaves one mark under this name. */
  mark(name: string): string;
  /** Files that come with every launch. */
  readonly files: readonly AttachedFile[];
}
