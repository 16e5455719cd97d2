import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import type { ClusterUid, CommandId, LeaseToken, WorkerId } from '../../src/core/command-id.ts';
import { parseCommandId } from '../../src/core/command-id.ts';
import type { Accepted, Command, CommandFacts, SealedOutput } from '../../src/core/command.ts';
import type { CommandEvent } from '../../src/core/event.ts';
import { type Instant, instantFromMs } from '../../src/core/instant.ts';
import type { CommandPayload } from '../../src/core/launch.ts';
import { acceptCommand, transition } from '../../src/core/transition.ts';

/** An instant that tests count from. */
export const start = instantFromMs(1_750_000_000_000);

/** `start` and some milliseconds. */
export function at(ms: number): Instant {
  return instantFromMs(start + ms);
}

/** A new command id. */
export function newCommandId(): CommandId {
  const id = parseCommandId(randomBytes(16).toString('hex'));
  assert.ok(id);
  return id;
}

/** A new cluster uid. */
export function newClusterUid(): ClusterUid {
  return randomUUID() as ClusterUid;
}

/** A new lease token. */
function newLeaseToken(): LeaseToken {
  return randomUUID() as LeaseToken;
}

/** A new worker id. */
function newWorkerId(): WorkerId {
  return randomUUID() as WorkerId;
}

/** A payload with a text, and an archive and a token, which a store does not look into. */
export const payload: CommandPayload = {
  text: 'kubectl get pods; echo „fertig“',
  context: Uint8Array.from({ length: 300 }, (_, i) => i % 256),
  clusterToken: 'header.payload.signature',
};

/** A command as it enters the queue. */
export function accepted(facts: Partial<CommandFacts> = {}): Accepted {
  return acceptCommand({
    id: newCommandId(),
    clusterUid: newClusterUid(),
    submittedBy: { issuer: 'https://issuer.example/', id: 'object-1', displayName: 'Ada' },
    submittedAt: start,
    textSha256: 'ab'.repeat(32),
    timeoutMs: 3_600_000,
    graceMs: 30_000,
    startMs: 300_000,
    queueDeadline: at(3_600_000),
    outputLimitBytes: 1024,
    payloadBytes: 100,
    strict: false,
    ...facts,
  });
}

/** What the core makes of an event; the test fails where the core refuses it. */
export function moved(command: Command, event: CommandEvent, now: Instant = start): Command {
  const result = transition(command, event, now);
  assert.ok(result.ok, `the core refused ${event.type} in ${command.phase}`);
  return result.command;
}

/** Sealed output of a few bytes. */
export const output: SealedOutput = { storedBytes: 5, totalBytes: 9, sha256: 'cd'.repeat(32), complete: false };

/** The life of one command up to the phase that its name says, and the token of its lease. */
export function lifeOf(first: Accepted, leaseUntil: Instant = at(30_000)) {
  const token = newLeaseToken();
  const claimed = moved(first, { type: 'claim', workerId: newWorkerId(), token, expiresAt: leaseUntil });
  const launching = moved(claimed, { type: 'launch', token }, at(10));
  const running = moved(launching, { type: 'start', token, startedAt: at(20) }, at(21));
  const completed = moved(running, exit(token, 7), at(31));
  return { token, accepted: first, claimed, launching, running, completed };
}

/** The event of an exit that the supervisor recorded. */
export function exit(token: LeaseToken, exitCode: number): CommandEvent {
  const observation = { type: 'exited', exitCode, cause: 'exit', startedAt: at(20), finishedAt: at(30) } as const;
  return { type: 'end', token, observation, output };
}
