import type { Accepted, Claimed, Command, CommandFacts, Launching, Lease, Running, StopCause } from './command.ts';
import { isTerminal, noOutput } from './command.ts';
import { endCommand, stopBeforeLaunch } from './ending.ts';
import type { CommandEvent, Refusal } from './event.ts';
import { ownFailure } from './failure.ts';
import { addMs, between, type Instant } from './instant.ts';
import { keptEvents } from './platform-event.ts';

/** What an event does: a new command, or nothing and why. */
export type Transition =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly refusal: Refusal };

/** How often a command may be claimed by workers that die before they launch it. */
export const maxAttempts = 3;

/** How long after the grace a stop may take to be proven before it counts as incomplete, in milliseconds. */
export const stopMarginMs = 15_000;

/** The command as it enters the queue: the first phase, and the only one that is not made by `transition`. */
export function acceptCommand(facts: CommandFacts): Accepted {
  return { phase: 'accepted', facts, revision: 1, attempts: 0 };
}

/**
 * The one function that moves a command (docs/lifecycle.md). Pure and total: every event has an answer in every
 * phase, and a refusal changes nothing.
 */
export function transition(command: Command, event: CommandEvent, now: Instant): Transition {
  if (isTerminal(command)) return refuse('terminal');
  switch (event.type) {
    case 'claim':
      return claim(command, event, now);
    case 'renew':
      if (command.phase === 'accepted') return refuse('staleLease');
      if (command.lease.token !== event.token) return refuse('staleLease');
      return move({ ...next(command), lease: { ...command.lease, expiresAt: event.expiresAt } });
    case 'dropLease':
      if (command.phase === 'accepted' || command.lease.token !== event.token) return refuse('staleLease');
      return loseLease(command, event.workerDied ? 1 : 0, now);
    case 'expireLease':
      if (command.phase === 'accepted') return refuse('wrongPhase');
      return command.lease.expiresAt > now ? refuse('notDue') : loseLease(command, 1, now);
    case 'launch':
      return launch(command, event.token, now);
    case 'pending':
      if (!holds(command, event.token)) return refuse('staleLease');
      if (command.phase !== 'launching') return refuse('wrongPhase');
      return move({
        ...next(command),
        pending: { reason: event.reason, message: event.message },
        ...(event.events === undefined ? {} : { events: keptEvents(event.events) }),
      });
    case 'admit':
      if (!holds(command, event.token)) return refuse('staleLease');
      if (command.phase !== 'launching') return refuse('wrongPhase');
      if (command.means !== undefined) return command.means === event.means ? move(command) : refuse('otherMeans');
      return move({ ...next(command), means: event.means });
    case 'start':
      return start(command, event.token, event.startedAt, now);
    case 'end':
      if (!holds(command, event.token)) return refuse('staleLease');
      // Before the launch nothing can have run, so the only ending is a refusal to start.
      if (command.phase === 'claimed' && event.observation.type !== 'refused') return refuse('wrongPhase');
      return move(endCommand(command, event.observation, event.output, now));
    case 'requestStop':
      return requestStop(command, event.cause, now);
    case 'expireQueue':
      if (command.phase !== 'accepted') return refuse('wrongPhase');
      if (command.facts.queueDeadline > now) return refuse('notDue');
      return move({
        ...next(command),
        phase: 'failed',
        failure: ownFailure('QueueTimeout'),
        finishedAt: now,
        output: noOutput,
      });
  }
}

type Leased = Claimed | Launching | Running;

function claim(command: Accepted | Leased, event: Extract<CommandEvent, { type: 'claim' }>, now: Instant): Transition {
  const lease: Lease = { workerId: event.workerId, token: event.token, expiresAt: event.expiresAt };
  switch (command.phase) {
    case 'accepted':
      if (command.facts.queueDeadline <= now) return refuse('overdue');
      return move({ ...next(command), phase: 'claimed', lease });
    case 'claimed':
      return refuse('wrongPhase');
    case 'launching':
    case 'running':
      return command.lease.expiresAt > now ? refuse('notDue') : move(adopt(command, lease, now));
  }
}

/** Whoever adopts a launch gets the whole time for it: nobody has looked at the command since its last worker did. */
function adopt(command: Launching | Running, lease: Lease, now: Instant): Launching | Running {
  if (command.phase === 'running') return { ...next(command), lease };
  return { ...next(command), lease, startDeadline: addMs(now, command.facts.startMs) };
}

/** A claimed command was never touched and goes back; one that may have started waits for whoever adopts it. */
function loseLease(command: Leased, failedAttempts: 0 | 1, now: Instant): Transition {
  if (command.phase !== 'claimed') {
    return move({ ...next(command), lease: { ...command.lease, expiresAt: now } });
  }
  const { lease: _dropped, ...unleased } = next(command);
  const attempts = command.attempts + failedAttempts;
  if (attempts < maxAttempts) return move({ ...unleased, phase: 'accepted', attempts });
  const failure = ownFailure('AttemptsExhausted');
  return move({ ...unleased, phase: 'failed', attempts, failure, finishedAt: now, output: noOutput });
}

function launch(command: Accepted | Leased, token: string, now: Instant): Transition {
  if (!holds(command, token)) return refuse('staleLease');
  if (command.phase !== 'claimed') return refuse('wrongPhase');
  return move({
    ...next(command),
    phase: 'launching',
    launchedAt: now,
    startDeadline: addMs(now, command.facts.startMs),
  });
}

/** The start was dated by the clock of the machine that it was on, which may be any time apart from ours. */
function start(command: Accepted | Leased, token: string, seenAt: Instant, now: Instant): Transition {
  if (!holds(command, token)) return refuse('staleLease');
  if (command.phase !== 'launching') return refuse('wrongPhase');
  const { pending: _over, events: _told, startDeadline: _met, means: _begun, ...kept } = next(command);
  return move({ ...kept, phase: 'running', startedAt: between(command.launchedAt, seenAt, now) });
}

function requestStop(command: Accepted | Leased, cause: StopCause, now: Instant): Transition {
  switch (command.phase) {
    case 'accepted':
      return move({ ...next(command), ...stopBeforeLaunch(cause), finishedAt: now, output: noOutput });
    case 'claimed': {
      const { lease: _dropped, ...unleased } = next(command);
      return move({ ...unleased, ...stopBeforeLaunch(cause), finishedAt: now, output: noOutput });
    }
    case 'launching':
    case 'running': {
      if (command.stop !== undefined) return { ok: true, command };
      const deadline = addMs(now, command.facts.graceMs + stopMarginMs);
      return move({ ...next(command), stop: { cause, requestedAt: now, deadline } });
    }
  }
}

function holds(command: Accepted | Leased, token: string): command is Leased {
  return command.phase !== 'accepted' && command.lease.token === token;
}

function next<C extends Command>(command: C): C {
  return { ...command, revision: command.revision + 1 };
}

function move(command: Command): Transition {
  return { ok: true, command };
}

function refuse(refusal: Refusal): Transition {
  return { ok: false, refusal };
}
