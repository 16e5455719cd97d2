import { stringify } from 'yaml';
import type { ManifestObject } from './manifest-object.ts';

/** The manifest as `kubectl apply -f` reads it: a document for each object, with why it is there above it. */
export function manifestYaml(objects: readonly ManifestObject[]): string {
  return objects
    .map(({ why, body }) => `---\n# ${why}\n${stringify(body, { lineWidth: 0, singleQuote: true })}`)
    .join('');
}
