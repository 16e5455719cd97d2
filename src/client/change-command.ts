import { ArmError } from './arm-error.ts';
import { type CallOptions, type CommandRef, commandUrl, requestJson, type Session } from './session.ts';

/** Asks that a command be stopped; idempotent. It has stopped once its result is `Canceled`. An extension of Longarm. */
export async function cancelCommand(session: Session, command: CommandRef, options: CallOptions = {}): Promise<void> {
  await requestJson(session, 'POST', commandUrl(session, command, '/cancel'), options);
}

/**
 * Removes a finished command with its output. An extension of Longarm.
 * @throws {ArmError} `CommandNotFinished`, `NotFound`.
 */
export async function deleteCommand(session: Session, command: CommandRef, options: CallOptions = {}): Promise<void> {
  try {
    await requestJson(session, 'DELETE', commandUrl(session, command), options);
  } catch (error) {
    // Sent again after a lost answer, a deletion that worked finds nothing.
    if (error instanceof ArmError && error.status === 404 && error.attempts > 1) return;
    throw error;
  }
}
