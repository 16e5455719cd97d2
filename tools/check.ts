/**
 * `npm run check`: types, lint, format, unused code, documents and schema in sync, the rules of the house. Prints a
 * line for each step and, at the end, what the failed ones said.
 */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));

interface Step {
  readonly name: string;
  /** A program of node_modules/.bin, or `node`; then its arguments. */
  readonly command: readonly [string, ...string[]];
}

const steps: readonly Step[] = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'types of the core, which knows no Node', command: ['tsc', '-p', 'src/core'] },
  { name: 'lint', command: ['oxlint', '--format', 'unix'] },
  { name: 'format', command: ['oxfmt', '--check', '.'] },
  { name: 'unused files, exports and dependencies', command: ['knip', '--no-progress'] },
  { name: 'documents in sync', command: ['node', 'tools/docs.ts', '--check'] },
  { name: 'schema dump in sync', command: ['node', 'tools/schema.ts', '--check'] },
  {
    name: 'rooms, names, docstrings',
    command: ['node', '--test', '--test-reporter=dot', 'test/architecture/*.test.ts'],
  },
];

/** How long a step may take; the slowest takes a few seconds. */
const deadlineMs = 120_000;

interface Outcome {
  readonly step: Step;
  readonly failed: boolean;
  readonly output: string;
}

async function run(step: Step): Promise<Outcome> {
  const started = performance.now();
  const [name, ...args] = step.command;
  const program = name === 'node' ? process.execPath : join(checkout, 'node_modules/.bin', name);
  const options = { cwd: checkout, timeout: deadlineMs, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      process.stdout.write(`${error === null ? '✔' : '✖'} ${step.name} (${seconds} s)\n`);
      const reason = error !== null && stdout === '' && stderr === '' ? error.message : '';
      resolve({ step, failed: error !== null, output: `${stdout}${stderr}${reason}`.trim() });
    });
  });
}

const waiting = [...steps];
const outcomes: Outcome[] = [];

async function runNext(): Promise<void> {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) outcomes.push(await run(step));
}

await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, runNext));
const failed = outcomes.filter((outcome) => outcome.failed);
for (const { step, output } of failed)
  process.stdout.write(`\n── ${step.name}: ${step.command.join(' ')}\n${output}\n`);
process.stdout.write(`\n${steps.length - failed.length} passed, ${failed.length} failed\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
