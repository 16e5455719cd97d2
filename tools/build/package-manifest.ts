import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the package says about itself, which is what the checkout says, less what only a checkout needs. */
export interface PackageManifest {
  readonly version: string;
  /** One sentence. */
  readonly description: string;
  /** The oldest Node that runs it, such as `24.15`. */
  readonly oldestNode: string;
  /** The whole of the package.json that ships. */
  readonly text: string;
}

const shipped = ['name', 'version', 'description', 'license', 'bin', 'type', 'engines'];

/**
 * The package.json that ships, made of the checkout's.
 * @throws {Error} where the checkout's lacks something of it
 */
export function packageManifest(checkout: string): PackageManifest {
  const parsed: unknown = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
  const entries = Object.entries(parsed ?? {}).filter(([key]) => shipped.includes(key));
  const manifest: Readonly<Record<string, unknown>> = Object.fromEntries(entries);
  const engines = Object.entries(manifest['engines'] ?? {});
  return {
    version: textOf('version', manifest['version']),
    description: textOf('description', manifest['description']),
    oldestNode: textOf('engines.node', engines.find(([name]) => name === 'node')?.[1]).replace('>=', ''),
    text: `${JSON.stringify(manifest, undefined, 2)}\n`,
  };
}

function textOf(key: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`package.json has no ${key}.`);
}
