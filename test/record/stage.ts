import { setImmediate } from 'node:timers/promises';
import type { CommandId } from '../../src/core/command-id.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Executor } from '../../src/ports/executor.ts';
import type { Plane } from '../control-plane/plane.ts';
import type { Dice } from './dice.ts';
import type { SampleScript } from './sample-script.ts';

/** Where schedules are played: the control plane, the executor, and how time passes there. */
export interface Stage {
  readonly behind: Plane;
  readonly clock: Clock;
  /** How much shorter everything is here than on a stage with a turned clock: 1 or less. */
  readonly pace: number;
  /** An executor whose state is in a new directory. */
  openExecutor(directory: string): Promise<Executor>;
  /** Makes a command up that leaves a line in `effects` each time that it is carried out. */
  sample(dice: Dice, effects: string): SampleScript;
  /** Whether a command that has started has left that line, however early it was stopped. */
  readonly leavesAtStart: boolean;
  /** Resolves when whatever waits, waits for time to pass. */
  settled(): Promise<void>;
  /** Lets time pass: `ms`, or up to the next thing that happens where `untilNext` and that is later. */
  pass(ms: number, untilNext: boolean): Promise<void>;
  /** What is left of these commands outside the record: files below `directory`, processes. */
  leftovers(directory: string, ids: readonly CommandId[]): Promise<readonly string[]>;
}

let quiet: Promise<void> | undefined;

/**
 * Resolves once nothing is under way in this process: no file is read or written, and whoever waits, waits for a
 * clock or for somebody else who does. Only then is it right to turn a clock. All who wait are let go on together, so
 * that schedules which are played side by side do not keep each other waiting.
 */
export function processQuiet(): Promise<void> {
  return (quiet ??= untilQuiet().finally(() => (quiet = undefined)));
}

async function untilQuiet(): Promise<void> {
  do await setImmediate();
  while (process.getActiveResourcesInfo().some((name) => name.endsWith('Immediate') || name.includes('Req')));
}
