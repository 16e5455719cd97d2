import type { JsonObject, JsonValue } from '../../../core/cluster.ts';

/** What an entry of such a list is known by, as in Kubernetes' own patches; in every other list by its name. */
const entryKeys: Readonly<Record<string, string>> = { volumeMounts: 'mountPath', volumeDevices: 'devicePath' };

/**
 * Lays a cluster's template over a pod: a JSON merge patch (RFC 7396: null removes), but that lists whose entries have a
 * name, or mounts with their paths, are merged entry by entry, as `kubectl patch` does. What may be set is not judged here
 * (`core/pod-template.ts`).
 */
export function applyTemplate(pod: JsonObject, template: JsonObject | undefined): JsonObject {
  return template === undefined ? pod : mergeObjects(pod, template);
}

function mergeObjects(base: JsonObject, patch: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergeValues(key, base[key], value);
  }
  return merged;
}

function mergeValues(field: string, base: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (isObject(patch)) return mergeObjects(isObject(base) ? base : {}, patch);
  if (!Array.isArray(patch) || !Array.isArray(base)) return patch;
  return mergeLists(entryKeys[field] ?? 'name', base, patch);
}

function mergeLists(key: string, base: readonly JsonValue[], patch: readonly JsonValue[]): JsonValue {
  const isKeyed = [...base, ...patch].every((entry) => isObject(entry) && entry[key] !== undefined);
  if (!isKeyed) return patch;
  const merged = [...base];
  for (const entry of patch) {
    const at = merged.findIndex((each) => isObject(each) && isObject(entry) && each[key] === entry[key]);
    if (at < 0) merged.push(mergeValues('', undefined, entry));
    else merged[at] = mergeValues('', merged[at], entry);
  }
  return merged;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
