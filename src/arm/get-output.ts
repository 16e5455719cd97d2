import Type from 'typebox';
import { followOutput, getOutput, readStoredOutput, type StoredOutput } from '../control-plane/get-output.ts';
import { LongarmError } from '../core/error-code.ts';
import { parseByteRange, toContentRange } from '../wire/byte-range.ts';
import { parseClusterAddress, parseCommandIdParam } from '../wire/cluster-path.ts';
import type { Operation, OperationRequest } from '../wire/operation.ts';
import { type ArmParts, actorOf } from './arm-parts.ts';
import { clusterAccess, paths } from './paths.ts';

const contentType = 'application/octet-stream';

/**
 * The raw bytes of a command's output: all that is stored, a `Range` of it, or with `follow=true` what comes until the
 * command has ended. A followed answer that ends properly is whole; one that is cut off is resumed with `from`. Ours.
 */
export function getOutputOperation(parts: ArmParts): Operation {
  return {
    id: 'Longarm_GetOutput',
    method: 'GET',
    path: `${paths.cluster}/commandResults/{commandId}/output`,
    summary: 'Gets the raw output of a command, or follows it to its end.',
    extension: true,
    apiVersioned: true,
    access: clusterAccess('Microsoft.ContainerService/managedClusters/commandResults/read'),
    parameters: [
      { name: 'from', in: 'query', description: 'The offset of the first byte.', schema: Type.Integer({ minimum: 0 }) },
      { name: 'follow', in: 'query', description: 'Go on until the command has ended.', schema: Type.Boolean() },
      { name: 'Range', in: 'header', description: 'One range of bytes (RFC 9110).', schema: Type.String() },
    ],
    responses: {
      200: { description: 'The output.', contentType },
      206: { description: 'The range that was asked for.', contentType },
    },
    handle: async (request) => {
      const address = parseClusterAddress(request.params);
      const id = parseCommandIdParam(request.params);
      const from = parseOffset(request);
      const follow = parseFollow(request);
      const output = await getOutput(parts.plane, actorOf(request), address, id);
      const headers = outputHeaders(output);
      if (follow) {
        const chunks = followOutput(parts.plane, id, from, request.signal);
        return { status: 200, headers, body: { type: 'stream', chunks, contentType } };
      }
      const range = parseByteRange(request.headers['range'], output.storedBytes);
      if (range !== undefined) {
        const chunks = readStoredOutput(parts.plane, id, range.from, range.to);
        const ranged = {
          ...headers,
          'content-range': toContentRange(range, output.storedBytes),
          'content-length': String(range.to - range.from),
        };
        return { status: 206, headers: ranged, body: { type: 'stream', chunks, contentType } };
      }
      if (from > output.storedBytes) {
        throw new LongarmError(
          'InvalidRange',
          `The offset ${from} lies behind the ${output.storedBytes} bytes that are stored. Ask for an offset up to that.`,
          { target: 'from', sizeBytes: output.storedBytes },
        );
      }
      const chunks = readStoredOutput(parts.plane, id, from, output.storedBytes);
      const length = { 'content-length': String(output.storedBytes - from) };
      return { status: 200, headers: { ...headers, ...length }, body: { type: 'stream', chunks, contentType } };
    },
  };
}

/** What is known of the whole output, whichever piece is sent. The digest is of what is stored (RFC 9530). */
function outputHeaders({ ended }: StoredOutput): Record<string, string> {
  const common = { 'accept-ranges': 'bytes', 'x-longarm-finished': String(ended !== undefined) };
  if (ended === undefined) return common;
  const { sha256, complete, totalBytes } = ended.output;
  return {
    ...common,
    'x-longarm-complete': String(complete),
    'x-longarm-total-bytes': String(totalBytes),
    'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
  };
}

function parseOffset(request: OperationRequest): number {
  const text = request.query['from'];
  if (text === undefined) return 0;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new LongarmError('InvalidParameter', 'from must be a byte offset: a whole number of at most 15 digits.', {
    target: 'from',
  });
}

function parseFollow(request: OperationRequest): boolean {
  const text = request.query['follow']?.toLowerCase();
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  throw new LongarmError('InvalidParameter', 'follow must be true or false.', { target: 'follow' });
}
