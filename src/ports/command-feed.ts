import type { ExecutorKind, Shell } from '../core/cluster.ts';
import type { ClusterUid, CommandId, LeaseToken, WorkerId } from '../core/command-id.ts';
import type { CommandFacts, SealedOutput, StopCause } from '../core/command.ts';
import type { Instant } from '../core/instant.ts';
import type { UnpackedPayload } from '../core/launch.ts';
import type { FinalObservation, Observation } from '../core/observation.ts';

/** A command that a worker holds, and how it stood when it was claimed. */
export interface Claim {
  readonly commandId: CommandId;
  readonly clusterUid: ClusterUid;
  readonly token: LeaseToken;
  readonly facts: CommandFacts;
  readonly executor: ExecutorKind;
  readonly shell: Shell;
  /** `claimed` is new; the others are adopted and may have been started. */
  readonly phase: 'claimed' | 'launching' | 'running';
  /** What an earlier worker was admitted to run it in. */
  readonly means?: string;
  /** Where the output goes on. */
  readonly storedBytes: number;
  /** How long the lease is good without a `renew`. */
  readonly leaseMs: number;
}

/** What a worker is told when it renews. */
export type Renewal =
  | { readonly type: 'keep' }
  /** Stop the command. The lease stays good until the terminal report. */
  | { readonly type: 'stop'; readonly cause: StopCause; readonly graceMs: number; readonly deadline: Instant }
  /** The lease is lost: touch nothing more. */
  | { readonly type: 'letGo' };

/** What a worker says about a command. */
export type Report =
  | { readonly type: 'launching' }
  | Extract<Observation, { type: 'pending' }>
  /** Refused, with an error, where other means were admitted before. */
  | { readonly type: 'admitted'; readonly means: string }
  | { readonly type: 'started'; readonly startedAt: Instant }
  | { readonly type: 'ended'; readonly observation: FinalObservation; readonly output: SealedOutput };

/**
 * All that a worker may ask of the control plane. Every call under a token that is no longer the lease's throws
 * `LeaseLost`, and the worker then touches nothing of that command. Every call may be repeated: a report that was
 * taken already is taken again without effect.
 */
export interface CommandFeed {
  /**
   * Waits for a command that this worker may carry out, and leases it. Resolves with `undefined` when `signal`
   * aborts or after a while without work.
   */
  claim(workerId: WorkerId, signal: AbortSignal): Promise<Claim | undefined>;
  /**
   * Extends the lease, and is how a worker hears. A long poll: answers at once when there is a stop the worker has
   * not said it knows of, else when one comes, else after about a third of the lease.
   */
  renew(
    commandId: CommandId,
    token: LeaseToken,
    known: { readonly stop?: StopCause },
    signal: AbortSignal,
  ): Promise<Renewal>;
  /** Takes a report. `ended` is taken only with the output sealed. */
  report(commandId: CommandId, token: LeaseToken, report: Report): Promise<void>;
  /**
   * The text, the files, unpacked, and the token for the cluster's API.
   * @returns undefined when they were erased, as they are when a command ends.
   * @throws {SealError} @throws {LongarmError} `InvalidContext`: neither can ever be had, so asking again is no use.
   */
  payload(commandId: CommandId, token: LeaseToken): Promise<UnpackedPayload | undefined>;
  /**
   * Stores output from an offset on, up to the command's limit. @returns the stored length; less than
   * `offset + bytes.length` where the limit cut it.
   */
  appendOutput(commandId: CommandId, token: LeaseToken, offset: number, bytes: Uint8Array): Promise<number>;
  /** Makes what is stored durable and final. Idempotent. */
  sealOutput(
    commandId: CommandId,
    token: LeaseToken,
  ): Promise<{ readonly storedBytes: number; readonly sha256: string }>;
  /** Which of these commands are unfinished. What an executor lists beyond them is to be destroyed. */
  unfinishedAmong(ids: readonly CommandId[]): Promise<readonly CommandId[]>;
  /** Gives the lease back so that another worker may take the command at once. */
  release(commandId: CommandId, token: LeaseToken): Promise<void>;
}

/** The lease is somebody else's now, or the command is finished. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}
