/** A command's failure as users read it: one word that programs may compare, one sentence that says what to do. */
export interface Failure {
  /** One of `ownReasons`, or the platform's own word (`ImagePullBackOff`). */
  readonly reason: string;
  readonly message: string;
}

/** The failures that Longarm names itself, and what each means. `docs/errors.md` is compared with this table. */
export const ownReasons = {
  QueueTimeout: 'It waited in the queue longer than the limit and never ran.',
  StartTimeout: 'It did not start within the limit, was barred from starting, and never ran.',
  StartNotSeen: 'Its start was not seen within the limit, so it was stopped; it had begun by then.',
  CouldNotStart: 'It could not be started and never ran; the message says why.',
  AttemptsExhausted: 'Workers claimed it and died before launching it, too often; it never ran.',
  TimedOut: 'It ran into its time limit and was stopped; the output up to then is kept.',
  Terminated: 'Something other than Longarm told it to stop.',
  Killed: 'It was killed from outside before it could record an exit.',
  OutputLimitExceeded: 'It wrote more than the output limit and was stopped; what was stored is kept.',
  RunCommandDisabled: 'Run command was switched off for the cluster, which also stops what runs.',
  StopIncomplete: 'It was told to stop, and its death could not be proven. It may still run.',
  OutputLost: 'It ended, and part of its output may be lost: the disk was full, or it killed what writes its output.',
  InvalidScript: 'A command of a scripted cluster was not understood; the message names the line.',
  WorkerLost: 'It was launched, and what it became cannot be known. It may have run.',
} as const satisfies Record<string, string>;

/** A failure's name where the failure is Longarm's own. */
export type OwnReason = keyof typeof ownReasons;

/** A failure under one of our own names. */
export function ownFailure(reason: OwnReason, message: string = ownReasons[reason]): Failure {
  return { reason, message };
}
