import { type CommandView, getCommandResult } from '../control-plane/get-command-result.ts';
import { readStoredOutput } from '../control-plane/get-output.ts';
import { LongarmError } from '../core/error-code.ts';
import { isTerminal } from '../core/command.ts';
import { clusterScope } from '../core/scope.ts';
import { parseClusterAddress, parseCommandIdParam } from '../wire/cluster-path.ts';
import { commandStatusCode, toCommandResult } from '../wire/command-result.ts';
import { commandResultSchema } from '../wire/command-result-schema.ts';
import { excerpt, type Logs, type OutputRange, planExcerpt } from '../wire/logs.ts';
import type { Operation, OperationRequest } from '../wire/operation.ts';
import { parsePreferWait } from '../wire/prefer.ts';
import Type from 'typebox';
import { type ArmParts, actorOf } from './arm-parts.ts';
import { holdKey, paths, pollHeaders } from './paths.ts';

/**
 * *Managed Clusters: Get Command Result*: 202 with a body until the command has ended, then 200. A poll may ask to be
 * held until the end: by `Prefer: wait=N`, or by the key that our own `Location` carries.
 */
export function getCommandResultOperation(parts: ArmParts): Operation {
  return {
    id: 'ManagedClusters_GetCommandResult',
    method: 'GET',
    path: `${paths.cluster}/commandResults/{commandId}`,
    summary: 'Gets the results of a command which has been run on the managed cluster.',
    extension: false,
    apiVersioned: true,
    access: {
      type: 'granted',
      action: 'Microsoft.ContainerService/managedClusters/commandResults/read',
      scope: (params) => clusterScope(parseClusterAddress(params)),
    },
    parameters: [
      {
        name: holdKey,
        in: 'query',
        description: 'Hold the answer until the command has ended, for this many seconds at most.',
        schema: Type.Integer({ minimum: 0 }),
      },
      {
        name: 'Prefer',
        in: 'header',
        description: '`wait=N` holds the answer until the command has ended, for N seconds at most (RFC 7240).',
        schema: Type.String(),
      },
    ],
    responses: {
      200: { description: 'command finished', schema: commandResultSchema },
      202: {
        description: 'Accepted',
        schema: commandResultSchema,
        headers: { Location: 'URL to query for status of the operation.' },
      },
    },
    handle: async (request) => {
      const address = parseClusterAddress(request.params);
      const id = parseCommandIdParam(request.params);
      const holdSeconds = Math.min(parts.maxHoldSeconds, askedHold(request));
      const { signal } = request;
      const asked = { address, id, signal, holdMs: holdSeconds * 1000 };
      const view = await getCommandResult(parts.plane, actorOf(request), asked);
      const headers = {
        ...(isTerminal(view.command) ? {} : pollHeaders(request, address, id, holdSeconds)),
        ...(holdSeconds > 0 ? { 'preference-applied': `wait=${holdSeconds}` } : {}),
      };
      const logs = isTerminal(view.command) ? await readLogs(parts, view) : undefined;
      const value = toCommandResult({ ...view, ...(logs === undefined ? {} : { logs }) }, parts.style);
      return { status: commandStatusCode(view.command), headers, body: { type: 'json', value } };
    },
  };
}

function askedHold(request: OperationRequest): number {
  const byQuery = request.query[holdKey];
  if (byQuery === undefined) return parsePreferWait(request.headers['prefer']) ?? 0;
  if (/^\d{1,9}$/.test(byQuery)) return Number(byQuery);
  throw new LongarmError('InvalidParameter', `${holdKey} must be a whole number of seconds.`, { target: holdKey });
}

/** Reads no more of the output than is shown, however much is stored. */
async function readLogs(parts: ArmParts, view: CommandView): Promise<Logs> {
  const { id } = view.command.facts;
  const limitBytes = view.limits.inlineLogsBytes;
  const plan = planExcerpt(view.storedBytes, limitBytes);
  const head = await readRange(parts, view, plan.head);
  const tail = plan.tail && (await readRange(parts, view, plan.tail));
  const retrieval = parts.style.extensions
    ? `longarm output ${id}, or GET …/commandResults/${id}/output`
    : 'not by this API';
  return excerpt({ head, storedBytes: view.storedBytes, limitBytes, retrieval, ...(tail && { tail }) });
}

async function readRange(parts: ArmParts, view: CommandView, [from, to]: OutputRange): Promise<Uint8Array> {
  if (to <= from) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  for await (const chunk of readStoredOutput(parts.plane, view.command.facts.id, from, to)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
