import { type Command, isTerminal, type Pending } from '../core/command.ts';
import type { Failure } from '../core/failure.ts';
import { type Instant, toRfc3339Millis } from '../core/instant.ts';
import type { PlatformEvent } from '../core/platform-event.ts';
import type { CommandExtension } from './command-result-schema.ts';
import type { CommandResultView } from './command-result-view.ts';

/** What Longarm tells of a command beyond the vendor's fields: `properties.longarm`. `cause` is what `reason` is made of. */
export function toCommandExtension(view: CommandResultView, cause: Failure | Pending | undefined): CommandExtension {
  const { command, logs, queuePosition } = view;
  const { facts } = command;
  const output = isTerminal(command) ? command.output : undefined;
  return {
    phase: command.phase,
    ...(cause === undefined ? {} : { cause: { reason: cause.reason, message: cause.message } }),
    ...(command.phase === 'accepted' && queuePosition !== undefined ? { queuePosition } : {}),
    // Until the end nobody knows how much it wrote beyond what has arrived.
    totalBytes: output?.totalBytes ?? view.storedBytes,
    storedBytes: output?.storedBytes ?? view.storedBytes,
    truncated: logs?.truncated ?? false,
    ...(output === undefined ? {} : { sha256: output.sha256, complete: output.complete }),
    ...(logs === undefined ? {} : { replacedBytes: logs.replacedBytes }),
    strict: facts.strict,
    ...(facts.serviceAccount === undefined ? {} : { serviceAccount: facts.serviceAccount }),
    submittedBy: {
      issuer: facts.submittedBy.issuer,
      id: facts.submittedBy.id,
      name: facts.submittedBy.displayName,
    },
    ...('events' in command && command.events !== undefined ? { events: command.events.map(toWireEvent) } : {}),
    times: timesOf(command),
  };
}

function toWireEvent({ at, reason, message, count }: PlatformEvent) {
  return { at: toRfc3339Millis(at), reason, message, count };
}

function timesOf(command: Command): CommandExtension['times'] {
  return {
    submittedAt: toRfc3339Millis(command.facts.submittedAt),
    ...time('launchedAt', 'launchedAt' in command ? command.launchedAt : undefined),
    ...time('startedAt', 'startedAt' in command ? command.startedAt : undefined),
    ...time('stopRequestedAt', 'stop' in command ? command.stop?.requestedAt : undefined),
    ...time('finishedAt', 'finishedAt' in command ? command.finishedAt : undefined),
  };
}

function time(name: keyof CommandExtension['times'], instant: Instant | undefined) {
  return instant === undefined ? {} : { [name]: toRfc3339Millis(instant) };
}
