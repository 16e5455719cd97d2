import type { Clock } from '../../ports/clock.ts';
import type { Isolation } from './isolation.ts';
import type { LaneOf } from './lane.ts';

/** What every part of the process executor works with. */
export interface ProcessRoom {
  /** Absolute, without links, and below `maskedDirectory` or the same. One directory per command is made in it. */
  readonly runsDirectory: string;
  /** What commands must not see: the server's data directory. */
  readonly maskedDirectory: string;
  readonly clock: Clock;
  readonly laneOf: LaneOf;
  readonly isolation: Isolation;
  /** The present boot of the machine. */
  readonly bootId: string;
}
