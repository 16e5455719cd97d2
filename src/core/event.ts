import type { LeaseToken, WorkerId } from './command-id.ts';
import type { SealedOutput, StopCause } from './command.ts';
import type { Instant } from './instant.ts';
import type { FinalObservation } from './observation.ts';
import type { PlatformEvent } from './platform-event.ts';

/**
 * Everything that can happen to a command. Events that a worker causes carry its lease token and are refused
 * under any other.
 */
export type CommandEvent =
  /** A worker takes a waiting command, or adopts one whose lease is over. */
  | {
      readonly type: 'claim';
      readonly workerId: WorkerId;
      readonly token: LeaseToken;
      readonly expiresAt: Instant;
    }
  /** The lease is good for longer. */
  | { readonly type: 'renew'; readonly token: LeaseToken; readonly expiresAt: Instant }
  /** The worker is gone, or gives the command back; only a death counts as a failed attempt. */
  | { readonly type: 'dropLease'; readonly token: LeaseToken; readonly workerDied: boolean }
  /** Nobody renewed the lease. */
  | { readonly type: 'expireLease' }
  /** About to touch the outside world. Committed before that happens. */
  | { readonly type: 'launch'; readonly token: LeaseToken }
  /** Not started yet, and why. */
  | {
      readonly type: 'pending';
      readonly token: LeaseToken;
      readonly reason: string;
      readonly message: string;
      readonly events?: readonly PlatformEvent[];
    }
  /** What it is to run in is there, and nothing has begun in it. Committed before something can. */
  | { readonly type: 'admit'; readonly token: LeaseToken; readonly means: string }
  /** The supervisor recorded the start. */
  | { readonly type: 'start'; readonly token: LeaseToken; readonly startedAt: Instant }
  /** There is nothing more to see, and the output is sealed. */
  | {
      readonly type: 'end';
      readonly token: LeaseToken;
      readonly observation: FinalObservation;
      readonly output: SealedOutput;
    }
  /** Somebody or some limit wants it stopped. */
  | { readonly type: 'requestStop'; readonly cause: StopCause }
  /** It waited too long. */
  | { readonly type: 'expireQueue' };

/** Why an event was refused. A refusal changes nothing. */
export type Refusal =
  /** The command's life is over. */
  | 'terminal'
  /** Somebody else holds the lease now: touch nothing more. */
  | 'staleLease'
  /** The lease or the queue deadline has not run out. */
  | 'notDue'
  /** It has waited too long: it may only fail now. */
  | 'overdue'
  /** It may have begun in other means, and must not in these. */
  | 'otherMeans'
  /** The event has no meaning in this phase. */
  | 'wrongPhase';
