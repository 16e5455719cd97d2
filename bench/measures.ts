import { followers } from './followers.ts';
import { getResults } from './get-results.ts';
import { heldPoll } from './held-poll.ts';
import type { Measure } from './measure.ts';
import { millionStored } from './million-stored.ts';
import { outputToStore } from './output-to-store.ts';
import { pods } from './pods.ts';
import { startUp } from './start-up.ts';
import { submits } from './submits.ts';
import { thousandSleeps } from './thousand-sleeps.ts';

/** Everything that is measured, in this order. */
export const measures: readonly Measure[] = [
  startUp,
  heldPoll,
  getResults,
  submits,
  millionStored,
  followers,
  outputToStore,
  thousandSleeps,
  pods,
];
