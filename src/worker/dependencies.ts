import type { Clock } from '../ports/clock.ts';
import type { CommandFeed } from '../ports/command-feed.ts';
import type { Executors } from '../ports/executors.ts';

/** Where a worker says what an operator may want to know. Never given command text, output or secrets. */
export interface WorkerLog {
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
  info(facts: Readonly<Record<string, unknown>>, message: string): void;
}

/** What a worker works with. */
export interface WorkerParts {
  readonly feed: CommandFeed;
  /** The executors that this worker has. A command of a cluster with another one is refused, with that reason. */
  readonly executors: Executors;
  readonly clock: Clock;
  /** A number from 0 to below 1, another one at each call: it scatters what many would otherwise do at once. */
  readonly random: () => number;
  readonly log: WorkerLog;
}
