import type { Command } from '../core/command.ts';
import type { Logs } from './logs.ts';

/** What a result is made of: a command and what is known beside it. */
export interface CommandResultView {
  readonly command: Command;
  /** The output as `logs`; absent in lists, and not shown before the end. */
  readonly logs?: Logs;
  /** Of an accepted command: how many are before it. */
  readonly queuePosition?: number;
  /** How much output is stored now. */
  readonly storedBytes: number;
}
