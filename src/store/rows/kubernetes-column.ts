import type { JsonObject, JsonValue, KubernetesSettings } from '../../core/cluster.ts';
import { parseJsonObject } from './json-column.ts';

const column = 'clusters.kubernetes';

/** The settings of a Kubernetes cluster as its column holds them. */
export function kubernetesToColumn(settings: KubernetesSettings): string {
  return JSON.stringify(settings);
}

/**
 * The settings that the column holds.
 * @throws {Error} where it was changed by other hands.
 */
export function kubernetesFromColumn(text: string): KubernetesSettings {
  const { namespace, image, serviceAccount, podTemplate } = parseJsonObject(column, text);
  return {
    ...(namespace === undefined ? {} : { namespace: word('namespace', namespace) }),
    ...(image === undefined ? {} : { image: word('image', image) }),
    ...(serviceAccount === undefined ? {} : { serviceAccount: word('serviceAccount', serviceAccount) }),
    ...(podTemplate === undefined ? {} : { podTemplate: template(podTemplate) }),
  };
}

function word(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`The ${name} in ${column} is not a string. Restore the database from a backup.`);
}

function template(value: unknown): JsonObject {
  if (isJsonObject(value)) return value;
  throw new Error(`The podTemplate in ${column} is not a JSON object. Restore the database from a backup.`);
}

/** It came out of a JSON parser, so what is an object is one of JSON values. */
function isJsonObject(value: unknown): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
