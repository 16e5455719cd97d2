import type { CommandExtension, CommandResult } from '../wire/command-result-schema.ts';
import { isObject, numberOf, objectOf, present, textOf } from './json-fields.ts';

/** A command of a cluster, and how its poll answered. */
export interface CommandState {
  readonly result: CommandResult;
  /** Whether `result` is final: the answer was 200 and its state is one of the ends. */
  readonly finished: boolean;
  /** When the server asks to be asked again, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** Reads the body of *Get Command Result*, ours or the vendor's. What is not of the right type counts as absent. */
export function readCommandResult(body: unknown, id: string): CommandResult {
  const object = objectOf(body);
  // Some SDK-shaped answers are flat; ARM's have `properties`.
  const properties = isObject(object['properties']) ? object['properties'] : object;
  const error = isObject(object['error']) ? object['error'] : undefined;
  const extension = properties['longarm'];
  return {
    id: textOf(object, 'id') ?? id,
    properties: {
      provisioningState: textOf(properties, 'provisioningState') ?? 'Running',
      ...present<Omit<CommandResult['properties'], 'provisioningState'>>({
        exitCode: numberOf(properties, 'exitCode'),
        startedAt: textOf(properties, 'startedAt'),
        finishedAt: textOf(properties, 'finishedAt'),
        logs: textOf(properties, 'logs'),
        reason: textOf(properties, 'reason'),
        longarm: isExtension(extension) ? extension : undefined,
      }),
    },
    ...(error === undefined
      ? {}
      : { error: { code: textOf(error, 'code') ?? 'Failed', message: textOf(error, 'message') ?? '' } }),
  };
}

/** Tells whether a state is one of ARM's ends, however it is spelled. */
export function isEnd(provisioningState: string): boolean {
  return ['succeeded', 'failed', 'canceled', 'cancelled'].includes(provisioningState.toLowerCase());
}

function isExtension(value: unknown): value is CommandExtension {
  if (!isObject(value)) return false;
  return (
    typeof value['phase'] === 'string' &&
    typeof value['storedBytes'] === 'number' &&
    typeof value['totalBytes'] === 'number' &&
    typeof value['truncated'] === 'boolean' &&
    isObject(value['times']) &&
    isObject(value['submittedBy'])
  );
}
