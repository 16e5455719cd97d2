import type { Cluster } from '../core/cluster.ts';
import type { CommandId } from '../core/command-id.ts';
import { LongarmError } from '../core/error-code.ts';
import { addMs } from '../core/instant.ts';
import { principalKey } from '../core/principal.ts';
import type { Repositories } from '../ports/store.ts';
import type { Actor, ControlPlane } from './dependencies.ts';

const dayMs = 24 * 60 * 60 * 1000;
const twoMinutesMs = 2 * 60 * 1000;

/** What a request to run a command is known by when a client sends it twice. */
export interface Repeatable {
  /** sha256 of the request body, in hex: what tells a request sent twice from another one. */
  readonly bodySha256: string;
  /** The client's own word that this is one request however often it arrives; good for 24 hours. */
  readonly idempotencyKey?: string;
  /** `x-ms-client-request-id`: SDKs repeat it when they repeat a request; good for two minutes. */
  readonly clientRequestId?: string;
}

/**
 * The command that the same request made before, where it did.
 * @throws {LongarmError} `IdempotencyKeyReused`.
 */
export async function findEarlier(
  plane: ControlPlane,
  repositories: Repositories,
  actor: Actor,
  cluster: Cluster,
  request: Repeatable,
): Promise<CommandId | undefined> {
  const submission = submissionKey(request);
  if (submission === undefined) return undefined;
  const principal = principalKey(actor.principal);
  const now = plane.clock.now();
  const earlier = await repositories.commands.findSubmission(principal, cluster.uid, submission.key, now);
  if (earlier === undefined) return undefined;
  if (earlier.bodySha256 === request.bodySha256) return earlier.commandId;
  throw new LongarmError(
    'IdempotencyKeyReused',
    `The idempotency key '${request.idempotencyKey}' was used for another request body within the last 24 hours. Send the same body, or another key.`,
    { target: 'Idempotency-Key' },
  );
}

/** Notes which command the request made, so that `findEarlier` finds it. */
export async function rememberSubmission(
  plane: ControlPlane,
  repositories: Repositories,
  actor: Actor,
  cluster: Cluster,
  request: Repeatable,
  commandId: CommandId,
): Promise<void> {
  const submission = submissionKey(request);
  if (submission === undefined) return;
  await repositories.commands.addSubmission(principalKey(actor.principal), cluster.uid, {
    key: submission.key,
    bodySha256: request.bodySha256,
    commandId,
    expiresAt: addMs(plane.clock.now(), submission.lifeMs),
  });
}

/** Under which key this request would be known again, the client's explicit one first. */
function submissionKey(request: Repeatable): { readonly key: string; readonly lifeMs: number } | undefined {
  if (request.idempotencyKey !== undefined) return { key: `key/${request.idempotencyKey}`, lifeMs: dayMs };
  if (request.clientRequestId === undefined) return undefined;
  // The digest is part of this key: a client that puts one id on two different requests means both of them.
  return { key: `request/${request.clientRequestId}/${request.bodySha256}`, lifeMs: twoMinutesMs };
}
