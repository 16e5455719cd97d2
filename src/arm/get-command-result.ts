import { type CommandView, getCommandResult } from '../control-plane/get-command-result.ts';
import { readStoredOutput } from '../control-plane/get-output.ts';
import { LongarmError } from '../core/error-code.ts';
import { isTerminal } from '../core/command.ts';
import { parseClusterAddress, parseCommandIdParam } from '../wire/cluster-path.ts';
import { commandStatusCode, toCommandResult } from '../wire/command-result.ts';
import { commandResultSchema } from '../wire/command-result-schema.ts';
import { excerpt, type Logs, type OutputRange, planExcerpt } from '../wire/logs.ts';
import type { Operation, OperationRequest } from '../wire/operation.ts';
import { parsePreferWait } from '../wire/prefer.ts';
import Type from 'typebox';
import { type ArmParts, actorOf } from './arm-parts.ts';
import { clusterAccess, holdKey, paths, pollHeaders } from './paths.ts';

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
    access: clusterAccess('Microsoft.ContainerService/managedClusters/commandResults/read'),
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
      const hold = askedHold(request, parts.maxHoldSeconds);
      const asked = { address, id, signal: request.signal, holdMs: (ageMs: number) => holdMs(hold, ageMs) };
      const view = await getCommandResult(parts.plane, actorOf(request), asked);
      const headers = {
        ...(isTerminal(view.command) ? {} : pollHeaders(request, address, id, hold.followsUs ? hold.seconds : 0)),
        ...(hold.followsUs || hold.seconds === 0 ? {} : { 'preference-applied': `wait=${hold.seconds}` }),
      };
      const logs = isTerminal(view.command) ? await readLogs(parts, view) : undefined;
      const value = toCommandResult({ ...view, ...(logs === undefined ? {} : { logs }) }, parts.style);
      return { status: commandStatusCode(view.command), headers, body: { type: 'json', value } };
    },
  };
}

interface Hold {
  readonly seconds: number;
  /** Whether our own `Location` asked for it, and not the client. */
  readonly followsUs: boolean;
}

function askedHold(request: OperationRequest, maxSeconds: number): Hold {
  const byQuery = request.query[holdKey];
  if (byQuery === undefined) {
    return { seconds: Math.min(parsePreferWait(request.headers['prefer']) ?? 0, maxSeconds), followsUs: false };
  }
  if (/^\d{1,9}$/.test(byQuery)) return { seconds: Math.min(Number(byQuery), maxSeconds), followsUs: true };
  throw new LongarmError('InvalidParameter', `${holdKey} must be a whole number of seconds.`, { target: holdKey });
}

/**
 * How long to hold. A client that only follows our `Location` did not ask for it, and some make their first polls
 * before they give their caller a handle (JavaScript SDK 22): so young commands are held for a second, older ones for
 * twice their age.
 */
function holdMs({ seconds, followsUs }: Hold, ageMs: number): number {
  return followsUs ? Math.min(seconds * 1000, Math.max(1000, 2 * ageMs)) : seconds * 1000;
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
