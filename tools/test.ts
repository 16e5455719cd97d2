/**
 * `npm test [-- TIER…]`, `npm run soak [-- TIER…]`: runs every tier that this machine can run, names those that it cannot and what would enable
 * them, and ends with one line that sums up. With CI=true whatever was skipped has failed.
 * A soak (`--whole`) takes the tiers that shorten something, and shortens nothing.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clusterForTiers } from './tests/cluster-for-tiers.ts';
import { changedSince, clusterInventory } from './tests/cluster-inventory.ts';
import { installClient } from './tests/install-client.ts';
import { runTier } from './tests/run-tier.ts';
import { chooseTiers, orphans, type Tier, wholeTiers } from './tests/tiers.ts';

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
const isCi = process.env['CI'] === 'true';
const whole = process.argv.includes('--whole');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

const cluster = clusterForTiers(interrupted.signal, say);
const total = { passed: 0, failed: 0 };
const remarks: string[] = [];

/** Counts something that went wrong outside a test, or was not run at all. */
function blame(remark: string, isFailure: boolean): void {
  remarks.push(remark);
  if (isFailure) total.failed += 1;
}

async function run(tier: Tier): Promise<void> {
  const missing = tier.needs.filter((need) => !need.isMet());
  if (missing.length > 0) {
    for (const need of missing)
      blame(`SKIPPED ${tier.name}: there is no ${need.what}. To run it: ${need.enable}.`, isCi);
    return;
  }
  say(`\n── ${tier.name}: ${tier.proves}`);
  if (tier.client !== undefined) installClient(tier.client, say);
  const variables = tier.cluster === true ? await cluster.variables() : undefined;
  const before = variables === undefined ? [] : await clusterInventory(variables);
  const { passed, failed, skipped, complaints } = await runTier(tier, {
    checkout,
    stop: interrupted.signal,
    report: 'inherit',
    whole,
    ...(variables === undefined ? {} : { variables }),
  });
  total.passed += passed;
  total.failed += failed;
  remarks.push(...complaints.map((complaint) => `${tier.name}: ${complaint}`));
  if (failed > complaints.length) remarks.push(`${tier.name}: ${failed - complaints.length} failed`);
  if (variables !== undefined) {
    for (const change of await changedSince(before, variables)) blame(`${tier.name}: in the cluster, ${change}`, true);
  }
  if (skipped > 0) blame(`SKIPPED ${skipped} tests in ${tier.name}; node's lines above name them.`, isCi);
}

/** The tiers that the command line asks for; an unknown word is answered with the known ones. */
function chosenTiers(): readonly Tier[] {
  try {
    const words = process.argv.slice(2).filter((word) => word !== '--whole');
    const chosen = chooseTiers(checkout, words);
    return whole ? wholeTiers(chosen) : chosen;
  } catch (error) {
    blame(error instanceof Error ? error.message : String(error), true);
    return [];
  }
}

const chosen = chosenTiers();
for (const file of orphans(checkout)) blame(`${file} is in no tier; add its folder to tools/tests/tiers.ts.`, true);
if (chosen.length === 0) blame('No tier was run.', true);
say(`Running ${chosen.map(({ name }) => name).join(', ')} with Node ${process.version}.`);
for (const tier of chosen) {
  if (interrupted.signal.aborted) break;
  const started = performance.now();
  try {
    await run(tier);
  } catch (error) {
    blame(`${tier.name} could not be run: ${error instanceof Error ? error.message : String(error)}`, true);
  }
  say(`── ${tier.name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
try {
  await cluster.takeDown();
} catch (error) {
  blame(`The test cluster did not go: ${error instanceof Error ? error.message : String(error)}`, true);
}
if (interrupted.signal.aborted) blame('Interrupted; the tiers after this one did not run.', true);
say(`\n${remarks.join('\n')}${remarks.length > 0 ? '\n' : ''}${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
