import type { ClusterUid, CommandId, LeaseToken, WorkerId } from './command-id.ts';
import type { Failure } from './failure.ts';
import type { Instant } from './instant.ts';
import type { PlatformEvent } from './platform-event.ts';
import type { Principal } from './principal.ts';

/** What is true of a command from the moment it is submitted, and never changes. */
export interface CommandFacts {
  readonly id: CommandId;
  readonly clusterUid: ClusterUid;
  readonly submittedBy: Principal;
  readonly submittedAt: Instant;
  /** sha256 of the command text, in hex: what the audit keeps in place of the text. */
  readonly textSha256: string;
  /** The supervisor's own time limit. */
  readonly timeoutMs: number;
  /** Between TERM and KILL. */
  readonly graceMs: number;
  /** How long it may take from `launching` to `running`. */
  readonly startMs: number;
  /** When waiting in the queue ends with `QueueTimeout`. */
  readonly queueDeadline: Instant;
  /** The largest output that is stored. */
  readonly outputLimitBytes: number;
  /** How large its payload is: the text in UTF-8, the files as they were packed, and the token. */
  readonly payloadBytes: number;
  /** Whether a non-zero exit is shown to ARM clients as a failure. */
  readonly strict: boolean;
  /** The service account that it runs as, chosen from what its submitter's role assignments name. */
  readonly serviceAccount?: string;
}

/** A worker's right to a command. Only the bearer of `token` may report on it, and only until `expiresAt`. */
export interface Lease {
  readonly workerId: WorkerId;
  readonly token: LeaseToken;
  readonly expiresAt: Instant;
}

/** Why a command was told to stop. The first cause wins. */
export type StopCause = 'cancel' | 'runCommandDisabled' | 'outputLimit' | 'startTimeout' | 'timeout';

/** A request to stop that was recorded while the command was launching or running. */
export interface Stop {
  readonly cause: StopCause;
  readonly requestedAt: Instant;
  /** When the stop must have worked: request, grace and a margin. After it the end is `StopIncomplete`. */
  readonly deadline: Instant;
}

/** Output that will not change any more. */
export interface SealedOutput {
  /** How much is stored. */
  readonly storedBytes: number;
  /** How much the command wrote, as far as is known. */
  readonly totalBytes: number;
  /** Of the stored bytes, in hex. */
  readonly sha256: string;
  /** True where the stored bytes are proven to be all that was written. */
  readonly complete: boolean;
}

/** What a command that never ran has for output. The digest is that of no bytes. */
export const noOutput: SealedOutput = {
  storedBytes: 0,
  totalBytes: 0,
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  complete: true,
};

/** Why a command has not started yet: the platform's word, and its sentence. */
export interface Pending {
  readonly reason: string;
  readonly message: string;
}

interface Versioned {
  readonly facts: CommandFacts;
  /** Grows by one with each transition; what an optimistic write compares. */
  readonly revision: number;
  /** How often it was claimed without being launched. */
  readonly attempts: number;
}

/** In the queue. */
export interface Accepted extends Versioned {
  readonly phase: 'accepted';
}

/** A worker has it; nothing outside was touched. */
export interface Claimed extends Versioned {
  readonly phase: 'claimed';
  readonly lease: Lease;
}

/** It may have been started. It is never started again. */
export interface Launching extends Versioned {
  readonly phase: 'launching';
  readonly lease: Lease;
  readonly launchedAt: Instant;
  readonly startDeadline: Instant;
  /** What it may begin in, in the executor's own word; recorded before it can begin. */
  readonly means?: string;
  readonly pending?: Pending;
  /** What the platform noted meanwhile. */
  readonly events?: readonly PlatformEvent[];
  readonly stop?: Stop;
}

/** The supervisor recorded its start. */
export interface Running extends Versioned {
  readonly phase: 'running';
  readonly lease: Lease;
  readonly launchedAt: Instant;
  readonly startedAt: Instant;
  readonly stop?: Stop;
}

interface Ended extends Versioned {
  readonly finishedAt: Instant;
  readonly output: SealedOutput;
  /** What the platform noted about its end, or its failing to start. */
  readonly events?: readonly PlatformEvent[];
}

/** It ran and its exit was recorded, whatever it is. */
export interface Completed extends Ended {
  readonly phase: 'completed';
  readonly startedAt: Instant;
  readonly exitCode: number;
}

/** It could not run, or did not end by itself, or what it became is not known. */
export interface Failed extends Ended {
  readonly phase: 'failed';
  readonly failure: Failure;
  readonly startedAt?: Instant;
  readonly exitCode?: number;
}

/** Stopped on request, and known not to run. */
export interface Cancelled extends Ended {
  readonly phase: 'cancelled';
  readonly startedAt?: Instant;
  readonly exitCode?: number;
}

/** A command in whichever phase: each carries exactly its data. */
export type Command = Accepted | Claimed | Launching | Running | Completed | Failed | Cancelled;

/** Where a command stands. Source: docs/lifecycle.md. */
export type Phase = Command['phase'];

/** The phases a command never leaves. */
export type TerminalCommand = Completed | Failed | Cancelled;

/** All phases, in the order of a life. */
export const phases: readonly Phase[] = [
  'accepted',
  'claimed',
  'launching',
  'running',
  'completed',
  'failed',
  'cancelled',
];

/** Tells whether the command's life is over. Exhaustive: a new phase does not compile until it is placed here. */
export function isTerminal(command: Command): command is TerminalCommand {
  switch (command.phase) {
    case 'accepted':
    case 'claimed':
    case 'launching':
    case 'running':
      return false;
    case 'completed':
    case 'failed':
    case 'cancelled':
      return true;
  }
}
