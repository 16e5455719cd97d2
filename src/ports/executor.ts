import type { CommandId } from '../core/command-id.ts';
import type { Launch } from '../core/launch.ts';
import type { Observation } from '../core/observation.ts';

/**
 * A way of running a command. One instance serves many commands at once; calls for different commands never wait
 * for each other. Everything is addressed by the command's id, so another process can take over where one died.
 *
 * Order of calls for one command: `start`; then `observe` and `readOutput` side by side, each repeated after an
 * error (a command may wait for its first reader before it begins); `stop` at any time after `start` was *called* (it may still be under way, or never have happened);
 * `destroy` last. A worker that adopts a command calls `start` again.
 *
 * Executors report observations and never decide what one means. "Gone" and "unknown" are never success.
 * An aborted `signal` ends the call soon, with the signal's reason, and changes nothing outside.
 */
export interface Executor {
  /**
   * Starts the command, or adopts what an earlier call made of it: idempotent by `commandId`, also against a call
   * that is still under way in a process that died. The user's command starts at most once, ever.
   * Resolves once a later `observe` is able to tell what became of it, *not* once it runs.
   * @throws {StartHindered} when what hinders it is known and may pass; the caller tells the user, and calls again.
   * @throws when the outcome is not known; the caller calls again.
   */
  start(launch: Launch, signal: AbortSignal): Promise<void>;

  /**
   * What is seen of the command: first how it stands, then each change, until an observation after which there is
   * nothing more (`isFinal`). `started` comes at most once and before `exited`; it may be left out.
   * @throws when the executor cannot look at the moment; the caller calls again.
   */
  observe(commandId: CommandId, signal: AbortSignal): AsyncIterable<Observation>;

  /**
   * Gives `sink` the spool's bytes from `fromOffset` on, in order and without a gap, following it while it grows.
   * Waits for each `sink` before it reads on, and the bytes are the sink's only until it resolves: what it keeps, it
   * copies. Resolves only when the command has ended and every byte up to the end was given; an error in between
   * says nothing about what came before it, which is an exact prefix.
   * @throws {SpoolGone} when there is nothing to read and never will be.
   * @throws when reading broke off; the caller calls again with the offset it has got to.
   */
  readOutput(
    commandId: CommandId,
    fromOffset: number,
    sink: (bytes: Uint8Array) => Promise<void>,
    signal: AbortSignal,
  ): Promise<SpoolEnd>;

  /**
   * Asks the supervisor to end the command: TERM now, KILL after `graceMs`. Resolves once asked; `observe` tells
   * how it went. A command that has not started is barred from starting and then observed as `neverStarted`.
   * Idempotent: a repeated call does not begin a new grace.
   */
  stop(commandId: CommandId, graceMs: number, signal: AbortSignal): Promise<void>;

  /**
   * Kills whatever is left and removes every trace: processes, directories, objects. Idempotent, and right for a
   * command that was never started. After it nothing of the command can run.
   */
  destroy(commandId: CommandId, signal: AbortSignal): Promise<void>;

  /** The ids of all commands of which something exists, whatever its state: what the sweep compares. */
  list(signal: AbortSignal): Promise<readonly CommandId[]>;
}

/** The end of a spool that was read whole. */
export interface SpoolEnd {
  /** How many bytes the command wrote. */
  readonly totalBytes: number;
}

/** There is no spool, and there never will be one: the command never started, or its spool was destroyed. */
export class SpoolGone extends Error {
  override readonly name = 'SpoolGone';
}

/**
 * Something that may pass hinders a start, a full disk for one. Says as little about what came of it as any other error.
 * The message is for the user who waits: what it is and what to do, without paths of the server.
 */
export class StartHindered extends Error {
  override readonly name = 'StartHindered';
  /** One word that programs may compare. */
  readonly reason: string;

  constructor(
    message: string,
    { reason = 'CouldNotStart', ...options }: ErrorOptions & { readonly reason?: string } = {},
  ) {
    super(message, options);
    this.reason = reason;
  }
}
