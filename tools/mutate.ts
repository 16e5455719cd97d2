/**
 * `npm run mutate [-- WORD…]`: takes one defence after the other out of a copy of this checkout, and sees that the test
 * which holds it fails. Words choose the mutations whose defence or file contains one of them.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Mutation, mutate } from './mutations/mutation.ts';
import { mutations } from './mutations/mutations.ts';

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
/** How long one test may take to notice. A mutant that hangs is noticed, too. */
const deadlineMs = 5 * 60_000;

function run(command: string, args: readonly string[], cwd: string): number | null {
  return spawnSync(command, args, { cwd, stdio: 'ignore', timeout: deadlineMs, killSignal: 'SIGKILL' }).status;
}

/** The copy: what is committed, so that a mutation never meets work that is under way. */
function copyCheckout(): string {
  const copy = mkdtempSync(join(tmpdir(), 'mutants-'));
  if (run('git', ['clone', '--quiet', checkout, copy], checkout) !== 0) throw new Error('git clone failed');
  symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

const passes = (copy: string, test: string): boolean => run(process.execPath, ['--test', test], copy) === 0;

/** What became of a mutant. A test that fails without it, too, has noticed nothing. */
function judge(copy: string, { file, test }: Mutation, mutant: string, sound: Map<string, boolean>): string {
  if (!sound.has(test)) sound.set(test, passes(copy, test));
  if (sound.get(test) !== true) return 'UNSOUND';
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  try {
    writeFileSync(path, mutant);
    return passes(copy, test) ? 'SURVIVED' : 'noticed';
  } finally {
    writeFileSync(path, original);
  }
}

const words = process.argv.slice(2);
const chosen = mutations.filter(
  ({ defence, file }) => words.length === 0 || words.some((word) => defence.includes(word) || file.includes(word)),
);
const copy = copyCheckout();
const sound = new Map<string, boolean>();
let noticed = 0;
try {
  for (const mutation of chosen) {
    const mutant = mutate(mutation, readFileSync(join(copy, mutation.file), 'utf8'));
    const verdict = judge(copy, mutation, mutant, sound);
    if (verdict === 'noticed') noticed += 1;
    process.stdout.write(`${verdict.padEnd(8)}  without ${mutation.defence}: ${mutation.test}\n`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
process.stdout.write(`${noticed} of ${chosen.length} noticed\n`);
process.exitCode = noticed === chosen.length && noticed > 0 ? 0 : 1;
