import { createHash } from 'node:crypto';
import { runCommand } from '../control-plane/run-command.ts';
import { LongarmError } from '../core/error-code.ts';
import { parseClusterAddress } from '../wire/cluster-path.ts';
import { decodeBase64 } from '../wire/context/base64.ts';
import { parseServiceAccount } from '../wire/kubernetes-name.ts';
import type { Operation, OperationRequest } from '../wire/operation.ts';
import { parseClusterToken, type RunCommandRequest, runCommandRequestSchema } from '../wire/run-command-request.ts';
import { type ArmParts, actorOf } from './arm-parts.ts';
import { clusterAccess, paths, pollHeaders } from './paths.ts';

const keyLimit = 256;

/** *Managed Clusters: Run Command*: 202 with an empty body and the address of the result. Never 200. */
export function runCommandOperation(parts: ArmParts): Operation {
  return {
    id: 'ManagedClusters_RunCommand',
    method: 'POST',
    path: `${paths.cluster}/runCommand`,
    summary: 'Submits a command to run in the managed cluster.',
    extension: false,
    apiVersioned: true,
    access: clusterAccess('Microsoft.ContainerService/managedClusters/runcommand/action'),
    parameters: [],
    body: { contentType: 'application/json', schema: runCommandRequestSchema },
    responses: {
      202: { description: 'Accepted', headers: { Location: 'URL to query for status of the operation.' } },
    },
    handle: async (request) => {
      const address = parseClusterAddress(request.params);
      // The server has held the body against the schema.
      const body = request.body as RunCommandRequest;
      const text = parseCommandText(body.command);
      const clusterToken = parseClusterToken(body.clusterToken);
      // Its archive is checked by the use case, once it is known that the cluster takes the command.
      const context = decodeBase64(body.context ?? '');
      const { timeoutSeconds, graceSeconds, strict, serviceAccount } = body.longarm ?? {};
      const idempotencyKey = parseIdempotencyKey(request);
      const clientRequestId = request.headers['x-ms-client-request-id'];
      const id = await runCommand(parts.plane, actorOf(request), {
        address,
        payload: {
          text,
          ...(context.length === 0 ? {} : { context }),
          ...(clusterToken === undefined ? {} : { clusterToken }),
        },
        textSha256: createHash('sha256').update(text).digest('hex'),
        bodySha256: request.bodySha256,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        ...(clientRequestId === undefined ? {} : { clientRequestId: clientRequestId.slice(0, keyLimit) }),
        ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 }),
        ...(graceSeconds === undefined ? {} : { graceMs: graceSeconds * 1000 }),
        ...(strict === undefined ? {} : { strict }),
        ...(serviceAccount === undefined
          ? {}
          : { serviceAccount: parseServiceAccount(serviceAccount, 'longarm.serviceAccount') }),
      });
      const hold = parts.style.extensions ? parts.maxHoldSeconds : 0;
      return { status: 202, headers: pollHeaders(request, address, id, hold) };
    },
  };
}

/** A shell reads its script up to a NUL, and what is not Unicode would reach it changed: neither may pass silently. */
function parseCommandText(text: string): string {
  if (text.includes('\0')) {
    throw new LongarmError(
      'InvalidParameter',
      'The command holds a NUL character, at which a shell would cut it off. Send binary data as a file.',
      { target: 'command' },
    );
  }
  if (!text.isWellFormed()) {
    throw new LongarmError(
      'InvalidParameter',
      'The command holds half of a surrogate pair, which no shell can be given. Send it as well-formed Unicode.',
      { target: 'command' },
    );
  }
  return text;
}

function parseIdempotencyKey(request: OperationRequest): string | undefined {
  const name = ['idempotency-key', 'repeatability-request-id'].find((header) => request.headers[header]);
  const key = name === undefined ? undefined : request.headers[name];
  if (name === undefined || key === undefined) return undefined;
  if (key.length > keyLimit) {
    throw new LongarmError(
      'InvalidParameter',
      `The header ${name} has ${key.length} characters; ${keyLimit} are the most.`,
      { target: name },
    );
  }
  return key;
}
