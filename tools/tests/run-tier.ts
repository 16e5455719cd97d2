import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leftovers, tierVariable } from './leftovers.ts';
import { filesOf, type Tier } from './tiers.ts';

/** How a tier ended. What it left behind counts as failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What went wrong besides its tests, one sentence each. */
  readonly complaints: readonly string[];
}

/** The environment of a test process: the person's own Longarm, Azure and Kubernetes settings must not decide. */
function environment(checkout: string, mark: string, folder: string): NodeJS.ProcessEnv {
  const foreign = /^(?:LONGARM_|AZURE_|KUBECONFIG$|NODE_OPTIONS$|NODE_TEST_CONTEXT$|npm_)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(own),
    [tierVariable]: mark,
    TMPDIR: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    NODE_COMPILE_CACHE: join(checkout, 'node_modules/.cache/longarm-test/compiled'),
    NO_COLOR: process.stdout.isTTY ? undefined : '1',
    FORCE_COLOR: process.stdout.isTTY ? '1' : undefined,
  };
}

/** The numbers that `tally-reporter.mjs` wrote; nothing when the runner itself broke. */
function readCounts(file: string): Record<string, number> | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const counts: unknown = text === '' ? undefined : JSON.parse(text);
  return typeof counts === 'object' && counts !== null ? Object.fromEntries(Object.entries(counts)) : undefined;
}

/**
 * Runs the files of one tier with `node --test`, in a temporary folder of its own, and looks what it left behind.
 * When `stop` fires the tests are told to end (SIGTERM) and what they left is removed all the same.
 */
export async function runTier(checkout: string, tier: Tier, stop: AbortSignal): Promise<Tally> {
  const files = filesOf(checkout, tier);
  if (files.length === 0) return { passed: 0, failed: 1, skipped: 0, complaints: [`no file matches ${tier.files}`] };
  const results = mkdtempSync(join(tmpdir(), 'longarm-tally-'));
  const folder = mkdtempSync(join(tmpdir(), 'la-'));
  const mark = `${tier.name}-${randomUUID()}`;
  const tally = join(results, 'counts.json');
  const guard = join(checkout, 'tools/tests/open-handle-guard.mjs');
  const reporter = join(checkout, 'tools/tests/tally-reporter.mjs');
  try {
    const child = spawn(
      process.execPath,
      [
        '--test',
        `--import=${guard}`,
        `--test-concurrency=${tier.concurrency}`,
        `--test-timeout=${tier.timeoutMs}`,
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        `--test-reporter=${reporter}`,
        `--test-reporter-destination=${tally}`,
        ...files,
      ],
      { cwd: checkout, env: environment(checkout, mark, folder), stdio: ['ignore', 'inherit', 'inherit'] },
    );
    const end = () => child.kill('SIGTERM');
    stop.addEventListener('abort', end);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('exit', resolve).on('error', reject);
    });
    stop.removeEventListener('abort', end);
    const complaints = [...(await leftovers(mark, folder))];
    const { passed = 0, failed = 0, cancelled = 0, skipped = 0, todo = 0 } = readCounts(tally) ?? {};
    const broken = failed + cancelled;
    if (code !== 0 && broken === 0) complaints.push(`node --test ended with ${code} and named no failed test`);
    if (passed + broken === 0) complaints.push('not one test ran');
    return { passed, failed: broken + complaints.length, skipped: skipped + todo, complaints };
  } finally {
    for (const path of [results, folder]) rmSync(path, { recursive: true, force: true });
  }
}
