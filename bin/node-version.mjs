/**
 * Which Node is new enough. Plain JavaScript that old Nodes understand: it is what tells them that they are old.
 */
import { readFileSync } from 'node:fs';

/**
 * Compares the running Node with `engines.node` of the package.json one folder up, in a checkout and in the
 * installed package alike.
 * @param {string} [version] the version to judge, such as `v24.15.0`
 * @returns {string | undefined} nothing when it is new enough, else one line that says what is needed
 */
export function nodeComplaint(version = process.version) {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const oldest = manifest.engines.node.replace('>=', '');
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `Longarm needs Node ${oldest} or newer; this is ${version}.`;
}
