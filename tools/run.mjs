/**
 * `node tools/run.mjs SCRIPT [ARGUMENT…]`: makes the checkout ready, then runs SCRIPT (relative to the checkout) in a
 * Node that is new enough. Arguments, terminal, signals and exit code are passed through. Every npm script goes
 * through here, so that a machine with an old Node and npm needs nothing else.
 */
import { fileURLToPath } from 'node:url';
import { findNode, prepare, runInstead } from './prepare.mjs';

const [script, ...args] = process.argv.slice(2);
try {
  if (script === undefined) throw new Error('usage: node tools/run.mjs SCRIPT [ARGUMENT…]');
  prepare();
  runInstead(findNode(), fileURLToPath(new URL(`../${script}`, import.meta.url)), args);
} catch (error) {
  process.stderr.write(`longarm: ${error.message}\n`);
  process.exitCode = 1;
}
