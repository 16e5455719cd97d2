import type { JsonObject, JsonValue } from '../../../core/cluster.ts';

/** What an entry of a list is known by, the first that both lists give every entry. */
const entryKeys = ['name', 'mountPath'] as const;

/**
 * Lays a cluster's template over a pod: a JSON merge patch (RFC 7396: null removes), but that lists whose entries have a
 * name, or a mountPath, are merged entry by entry, as `kubectl patch` does. What may be set is not judged here
 * (`core/pod-template.ts`).
 */
export function applyTemplate(pod: JsonObject, template: JsonObject | undefined): JsonObject {
  return template === undefined ? pod : mergeObjects(pod, template);
}

function mergeObjects(base: JsonObject, patch: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergeValues(base[key], value);
  }
  return merged;
}

function mergeValues(base: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (isObject(patch)) return mergeObjects(isObject(base) ? base : {}, patch);
  if (!Array.isArray(patch) || !Array.isArray(base)) return patch;
  return mergeLists(base, patch);
}

function mergeLists(base: readonly JsonValue[], patch: readonly JsonValue[]): JsonValue {
  const known = entryKeys.find((key) =>
    [...base, ...patch].every((entry) => isObject(entry) && entry[key] !== undefined),
  );
  if (known === undefined) return patch;
  const merged = [...base];
  for (const entry of patch) {
    const at = merged.findIndex((each) => isObject(each) && isObject(entry) && each[known] === entry[known]);
    const before = merged[at];
    if (before === undefined) merged.push(mergeValues(undefined, entry));
    else merged[at] = mergeValues(before, entry);
  }
  return merged;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
