import { type Command, isTerminal, type Pending } from '../core/command.ts';
import type { Failure } from '../core/failure.ts';
import { type Instant, toRfc3339 } from '../core/instant.ts';
import { toCommandExtension } from './command-extension.ts';
import type { CommandResult } from './command-result-schema.ts';
import type { CommandResultView } from './command-result-view.ts';
import { type ResultStyle, toState } from './result-style.ts';

export type { CommandResultView } from './command-result-view.ts';
export type { ResultStyle } from './result-style.ts';

/** The status of *Get Command Result*: 200 once the command has ended, however it did. */
export function commandStatusCode(command: Command): 200 | 202 {
  return isTerminal(command) ? 200 : 202;
}

/**
 * The body of *Get Command Result*, keys in the vendor's order (API reference, `RunCommandResult`, and its examples).
 *
 * - Not ended: `Running`; `startedAt` once it runs; `reason` tells why it does not run yet.
 * - Completed: `Succeeded` whatever the exit code. In strict mode a non-zero one is `Failed`, reason
 *   `CommandFailed: exit code 7`, everything else the same.
 * - Failed: `Failed`, reason `Word: message`. Exit code, times and logs only as far as there are any: `startedAt` and
 *   `finishedAt` are of the process, so what never ran has neither.
 * - Cancelled: `Canceled`, as ARM spells it.
 *
 * Beside `Failed` and `Canceled` stands a top-level `error`, without which newer `az` prints no reason; it is an
 * extension, as `properties.longarm` is.
 */
export function toCommandResult(view: CommandResultView, style: ResultStyle): CommandResult {
  const { command } = view;
  const { state, cause } = outcomeOf(view);
  const startedAt = 'startedAt' in command ? command.startedAt : undefined;
  const exitCode = 'exitCode' in command ? command.exitCode : undefined;
  const finishedAt = isTerminal(command) && startedAt !== undefined ? command.finishedAt : undefined;
  const logs = isTerminal(command) && (startedAt !== undefined || view.storedBytes > 0) ? view.logs : undefined;
  return {
    id: command.facts.id,
    properties: {
      provisioningState: toState(state, style),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...time('startedAt', startedAt),
      ...time('finishedAt', finishedAt),
      ...(logs === undefined ? {} : { logs: logs.text }),
      ...(cause === undefined ? {} : { reason: toReason(cause) }),
      ...(style.extensions ? { longarm: toCommandExtension(view, cause) } : {}),
    },
    ...(style.extensions && cause !== undefined && (state === 'Failed' || state === 'Canceled')
      ? { error: { code: cause.reason, message: cause.message === '' ? cause.reason : cause.message } }
      : {}),
  };
}

interface Outcome {
  readonly state: 'Running' | 'Succeeded' | 'Failed' | 'Canceled';
  readonly cause?: Failure | Pending;
}

function outcomeOf({ command, queuePosition }: CommandResultView): Outcome {
  switch (command.phase) {
    case 'accepted':
      return queuePosition === undefined ? { state: 'Running' } : { state: 'Running', cause: queued(queuePosition) };
    case 'claimed':
    case 'running':
      return { state: 'Running' };
    case 'launching':
      return command.pending === undefined ? { state: 'Running' } : { state: 'Running', cause: command.pending };
    case 'completed': {
      if (command.facts.strict && command.exitCode !== 0) {
        return { state: 'Failed', cause: { reason: 'CommandFailed', message: `exit code ${command.exitCode}` } };
      }
      if (command.output.complete) return { state: 'Succeeded' };
      const { storedBytes, totalBytes } = command.output;
      return {
        state: 'Succeeded',
        cause: { reason: 'OutputIncomplete', message: `${storedBytes} of ${totalBytes} bytes of output are stored.` },
      };
    }
    case 'failed':
      return { state: 'Failed', cause: command.failure };
    case 'cancelled': {
      const message =
        command.startedAt === undefined
          ? 'It was cancelled before it ran.'
          : 'It was cancelled while it ran; its output up to then is kept.';
      return { state: 'Canceled', cause: { reason: 'Canceled', message } };
    }
  }
}

function queued(before: number): Pending {
  const message =
    before === 0 ? 'It is the next of this cluster.' : `${before} commands of this cluster are before it.`;
  return { reason: 'Queued', message };
}

/** The word first, as programs look for it there; the word alone where nothing is to be added. */
function toReason({ reason, message }: Failure | Pending): string {
  return message === '' || message === reason ? reason : `${reason}: ${message}`;
}

function time<Name extends 'startedAt' | 'finishedAt'>(name: Name, instant: Instant | undefined) {
  return instant === undefined ? {} : { [name]: toRfc3339(instant) };
}
