import type { Instant } from './instant.ts';
import type { PlatformEvent } from './platform-event.ts';

/** Why the supervisor ended a command: it did not, a stop was asked of it, or its own timer ran out. */
export type ExitCause = 'exit' | 'stop' | 'timeout';

/**
 * What an executor saw. Executors report; only `core/transition.ts` decides what it means. `events` are what the platform
 * noted beside it.
 *
 * - `pending`: not started yet, and why.
 * - `started`: the supervisor recorded the start.
 * - `exited`: the supervisor recorded the exit. `cause` tells whether it had been told to stop *before* that exit.
 * - `killed`: it ran, it is proven dead, and it did not end by itself; the platform's word for it, if any.
 * - `refused`: it can never start; nothing ran.
 * - `neverStarted`: proven never to have started, and barred from starting later.
 * - `lost`: what it became cannot be known. It may have run.
 * - `undead`: it was told to stop, the grace is over and its death cannot be proven.
 */
export type Observation =
  | ({ readonly type: 'pending'; readonly reason: string; readonly message: string } & Noted)
  | { readonly type: 'started'; readonly startedAt: Instant }
  | {
      readonly type: 'exited';
      readonly exitCode: number;
      readonly cause: ExitCause;
      readonly startedAt: Instant;
      readonly finishedAt: Instant;
    }
  | ({
      readonly type: 'killed';
      readonly reason: string;
      readonly message: string;
      readonly exitCode?: number;
      readonly startedAt?: Instant;
      /** The supervisor recorded an exit all the same, so its spool holds every byte. */
      readonly exitRecorded?: true;
    } & Noted)
  | ({ readonly type: 'refused'; readonly reason: string; readonly message: string } & Noted)
  | { readonly type: 'neverStarted' }
  | ({ readonly type: 'lost'; readonly reason: string; readonly message: string } & Noted)
  | { readonly type: 'undead'; readonly message: string };

interface Noted {
  readonly events?: readonly PlatformEvent[];
}

/** An observation after which there is nothing more to see. */
export type FinalObservation = Exclude<Observation, { type: 'pending' | 'started' }>;

/** Tells whether nothing can follow this observation. */
export function isFinal(observation: Observation): observation is FinalObservation {
  return observation.type !== 'pending' && observation.type !== 'started';
}
