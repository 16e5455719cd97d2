import { randomUUID } from 'node:crypto';
import type { ClusterAddress } from '../core/resource-id.ts';
import type { RunCommandRequest } from '../wire/run-command-request.ts';
import { ArmError } from './arm-error.ts';
import { clusterApiVersion, clusterPath, endpointUrl, followLink } from './endpoint-url.ts';
import { sendForJson } from './send.ts';
import type { CallOptions, CommandRef, Session } from './session.ts';

/** How a command is submitted. */
export interface SubmitOptions extends CallOptions {
  /**
   * Whether the endpoint runs a command once however often it is sent under one `Idempotency-Key`. Longarm does; with
   * `false` a submission whose answer was lost is reported, not repeated.
   */
  readonly keepsIdempotencyKeys: boolean;
}

/**
 * Submits a command and returns as soon as the endpoint has accepted it.
 * @throws {ArmError} where it was refused; `SubmissionUnknown` where the command may or may not have been accepted.
 */
export async function submitCommand(
  session: Session,
  cluster: ClusterAddress,
  requested: RunCommandRequest,
  options: SubmitOptions,
): Promise<CommandRef> {
  const url = endpointUrl(session.endpoint, `${clusterPath(cluster)}/runCommand`, { 'api-version': clusterApiVersion });
  const reply = await sendForJson(session, {
    method: 'POST',
    url,
    credential: session.credential,
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify(requested),
    repeatable: options.keepsIdempotencyKeys,
    patienceMs: session.requestPatienceMs,
    signal: options.signal,
  }).catch((error: unknown) => {
    throw explainLostAnswer(error, options.keepsIdempotencyKeys);
  });
  const link = reply.headers['location'];
  const location = link === undefined ? undefined : followLink(session.endpoint, link);
  const id = /\/commandResults\/([^/?#]+)/i.exec(location?.pathname ?? '')?.[1];
  if (location === undefined || id === undefined) {
    throw new ArmError(
      `The endpoint answered ${reply.status} without saying where the result will be. The command may run; look for it with \`longarm list\`.`,
      { status: reply.status, code: 'SubmissionUnknown' },
    );
  }
  return { cluster, id: decodeURIComponent(id), location };
}

/** A refused command never ran; one whose answer was lost may have, and whoever reads the error must know which. */
function explainLostAnswer(error: unknown, wasRepeated: boolean): unknown {
  if (!(error instanceof ArmError)) return error;
  if (!error.mayHaveActed) return error;
  const advice = wasRepeated
    ? 'It may have been accepted all the same; look with `longarm list` before you send it again.'
    : 'It may have been accepted all the same, and this endpoint does not tell repeated requests apart, so it was not sent again.';
  return new ArmError(`${error.message} ${advice}`, {
    code: 'SubmissionUnknown',
    attempts: error.attempts,
    mayHaveActed: true,
    cause: error,
    ...(error.status === undefined ? {} : { status: error.status }),
  });
}
