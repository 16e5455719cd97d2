#!/usr/bin/env node
/**
 * The command `longarm`, in a checkout and in the installed package. Plain JavaScript that old Nodes understand, so
 * that they can say that they are too old instead of stumbling over syntax.
 */
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';
import { nodeComplaint } from './node-version.mjs';

const source = new URL('../src/main/longarm.ts', import.meta.url);
const bundle = new URL('../lib/longarm.mjs', import.meta.url);
const isCheckout = existsSync(source);

/** Runs this very command in a Node that is new enough, after installing what the checkout lacks. */
async function runPrepared() {
  try {
    const { findNode, prepare, runInstead } = await import('../tools/prepare.mjs');
    prepare();
    runInstead(findNode(), fileURLToPath(import.meta.url), process.argv.slice(2));
  } catch (error) {
    fail(error.message);
  }
}

function fail(line) {
  process.stderr.write(`${line}\n`);
  process.exitCode = 1;
}

const complaint = nodeComplaint();
const isInstalled = !isCheckout || existsSync(new URL('../node_modules/.package-lock.json', import.meta.url));
if (complaint === undefined && isInstalled) {
  nodeModule.enableCompileCache?.();
  const { runLongarm } = await import((isCheckout ? source : bundle).href);
  await runLongarm(process);
} else if (isCheckout) {
  await runPrepared();
} else {
  fail(complaint);
}
