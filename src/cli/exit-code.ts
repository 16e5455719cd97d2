import type { CommandResult } from '../wire/command-result-schema.ts';

/** The exit codes that are ours. A command may exit with any of them itself; stderr tells which it was. */
export const exitCodes = {
  /** The command line was not understood. */
  usage: 2,
  /** It has not finished (`result` without `--wait`); after EX_TEMPFAIL of sysexits.h. */
  notFinished: 75,
  /** It ran into its time limit, as with timeout(1). */
  timedOut: 124,
  /** Longarm could not run it, or what became of it is not known; as with `docker run`. */
  couldNotRun: 125,
  /** Interrupted with Ctrl-C: 128 + SIGINT. */
  interrupted: 130,
  /** Whoever read our output went away: 128 + SIGPIPE. */
  brokenPipe: 141,
  /** Told to end: 128 + SIGTERM. */
  terminated: 143,
} as const;

/** How a finished command ended, in the words of the command line. */
export type Ending =
  | { readonly type: 'exited'; readonly exitCode: number }
  | { readonly type: 'timedOut'; readonly reason: string }
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly reason: string };

/**
 * Reads a final result. Only a recorded exit is one: a `Succeeded` without `exitCode` counts as failed, because
 * nobody knows what it was.
 */
export function endingOf(result: CommandResult): Ending {
  const { provisioningState, exitCode, reason, longarm } = result.properties;
  const state = provisioningState.toLowerCase();
  // In strict mode a non-zero exit is shown as Failed; the phase says what it was.
  const hasExited = longarm === undefined ? state === 'succeeded' : longarm.phase === 'completed';
  if (hasExited && exitCode !== undefined) return { type: 'exited', exitCode };
  if (hasExited) return { type: 'failed', reason: 'The endpoint says that it ended, but not with which exit code.' };
  if (longarm?.phase === 'cancelled' || state.startsWith('cancel')) return { type: 'cancelled' };
  const words =
    reason ??
    (longarm?.cause === undefined ? undefined : `${longarm.cause.reason}: ${longarm.cause.message}`) ??
    (result.error === undefined ? undefined : `${result.error.code}: ${result.error.message}`) ??
    'The endpoint gave no reason.';
  const isTimeout = longarm?.cause?.reason === 'TimedOut' || /^TimedOut\b/.test(words);
  return { type: isTimeout ? 'timedOut' : 'failed', reason: words };
}

/** The exit code for an ending. `interrupted`: whether it was our own Ctrl-C that cancelled it. */
export function exitCodeOf(ending: Ending, interrupted: boolean): number {
  switch (ending.type) {
    case 'exited':
      // The system keeps eight bits. What they cannot hold must at least not turn into success.
      return ending.exitCode >= 0 && ending.exitCode <= 255 ? ending.exitCode : 255;
    case 'timedOut':
      return exitCodes.timedOut;
    case 'cancelled':
      return interrupted ? exitCodes.interrupted : exitCodes.couldNotRun;
    case 'failed':
      return exitCodes.couldNotRun;
  }
}
