import { fieldOf, textOf } from './json-fields.ts';
import type { KubernetesObject } from './kubernetes-client.ts';

/** Whether parsed JSON has what every object of the API has: a name, a uid and a resource version. */
export function isKubernetesObject(value: unknown): value is KubernetesObject {
  const metadata = fieldOf(value, 'metadata');
  const namespace = fieldOf(metadata, 'namespace');
  return (
    textOf(metadata, 'name') !== undefined &&
    textOf(metadata, 'uid') !== undefined &&
    textOf(metadata, 'resourceVersion') !== undefined &&
    (namespace === undefined || typeof namespace === 'string')
  );
}
