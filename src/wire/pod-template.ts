import type { JsonObject, JsonValue } from '../core/cluster.ts';
import { LongarmError } from '../core/error-code.ts';

// It is kept with the cluster and shown in every listing; templates that people write have a few kilobytes.
const mostCharacters = 64 * 1024;
const mostLevels = 32;

/**
 * Reads a pod template as it came in a body: a JSON object. What may stand in it is not judged here.
 * @throws {LongarmError} InvalidParameter, target `properties.longarm.podTemplate`.
 */
export function parsePodTemplate(template: Readonly<Record<string, unknown>>): JsonObject {
  if (!isObject(template)) throw refuse(`is nested deeper than ${mostLevels} levels, or has a field __proto__`);
  const { length } = JSON.stringify(template);
  if (length > mostCharacters) throw refuse(`has ${length} characters as JSON; ${mostCharacters} are the most`);
  return template;
}

function isObject(value: object, level = 0): value is JsonObject {
  return (
    level < mostLevels && Object.entries(value).every(([key, each]) => key !== '__proto__' && isJson(each, level + 1))
  );
}

/** It came out of a JSON parser, so what has to be seen is only how deep it goes. */
function isJson(value: unknown, level: number): value is JsonValue {
  if (Array.isArray(value)) return level < mostLevels && value.every((each) => isJson(each, level + 1));
  return typeof value !== 'object' || value === null || isObject(value, level);
}

function refuse(problem: string): LongarmError {
  const target = 'properties.longarm.podTemplate';
  return new LongarmError('InvalidParameter', `${target} ${problem}.`, { target });
}
