import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { wholeVariable } from '../../test/shortened.ts';
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
function environment(
  mark: string,
  folder: string,
  { checkout, whole = false, variables }: RunOptions,
): NodeJS.ProcessEnv {
  const foreign = /^(?:LONGARM_|AZURE_|KUBECONFIG$|NODE_OPTIONS$|NODE_TEST_CONTEXT$|npm_)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(own),
    [tierVariable]: mark,
    ...(whole ? { [wholeVariable]: 'yes' } : {}),
    ...variables,
    TMPDIR: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    NODE_COMPILE_CACHE: join(checkout, 'node_modules/.cache/longarm-test/compiled'),
    NO_COLOR: process.stdout.isTTY ? undefined : '1',
    FORCE_COLOR: process.stdout.isTTY ? '1' : undefined,
  };
}

const countsSchema = Type.Object({
  passed: Type.Integer(),
  failed: Type.Integer(),
  cancelled: Type.Integer(),
  skipped: Type.Integer(),
  todo: Type.Integer(),
  /** The files in which there is no test. */
  empty: Type.Array(Type.String()),
});

/** The counts that `tally-reporter.mjs` wrote; nothing when the runner itself broke. */
function readCounts(file: string): Static<typeof countsSchema> | undefined {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text === '' ? undefined : Value.Parse(countsSchema, JSON.parse(text));
}

const nothing = { passed: 0, failed: 0, cancelled: 0, skipped: 0, todo: 0, empty: [] };

/** How a tier is run. */
export interface RunOptions {
  /** The root of the checkout whose tests they are. */
  readonly checkout: string;
  /** Tells the tests to end (SIGTERM); what they left is removed all the same. */
  readonly stop: AbortSignal;
  /** Where node's own report goes: to the person, or nowhere. */
  readonly report: 'inherit' | 'ignore';
  /** Whether soaks run whole. */
  readonly whole?: boolean;
  /** What its tests are told besides, in their environment. */
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * Runs the files of one tier with `node --test`, in a temporary folder of its own, and looks what it left behind.
 */
export async function runTier(tier: Tier, options: RunOptions): Promise<Tally> {
  const { checkout, stop, report } = options;
  const files = filesOf(checkout, tier);
  if (files.length === 0) return { passed: 0, failed: 1, skipped: 0, complaints: [`no file matches ${tier.files}`] };
  const results = mkdtempSync(join(tmpdir(), 'longarm-tally-'));
  const folder = mkdtempSync(join(tmpdir(), 'la-'));
  // Some tests run commands as another user, who must get through to what lies below.
  chmodSync(folder, 0o711);
  const mark = `${tier.name}-${randomUUID()}`;
  const tally = join(results, 'counts.json');
  const guard = join(checkout, 'tools/tests/open-handle-guard.mjs');
  const reporter = join(checkout, 'tools/tests/tally-reporter.mjs');
  try {
    const late = AbortSignal.timeout(tier.deadlineMs);
    const halt = AbortSignal.any([stop, late]);
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
      { cwd: checkout, env: environment(mark, folder, options), stdio: ['ignore', report, report] },
    );
    const end = () => child.kill('SIGTERM');
    halt.addEventListener('abort', end);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('exit', resolve).on('error', reject);
    });
    halt.removeEventListener('abort', end);
    const complaints = [...(await leftovers(mark, folder))];
    const { passed, failed, cancelled, skipped, todo, empty } = readCounts(tally) ?? nothing;
    const broken = failed + cancelled;
    if (late.aborted) complaints.push(`it took longer than ${tier.deadlineMs / 1000} s and was stopped`);
    complaints.push(...empty.map((file) => `${file} has no test`));
    if (code !== 0 && broken === 0) complaints.push(`node --test ended with ${code} and named no failed test`);
    if (passed + broken === 0) complaints.push('not one test ran');
    return { passed, failed: broken + complaints.length, skipped: skipped + todo, complaints };
  } finally {
    for (const path of [results, folder]) rmSync(path, { recursive: true, force: true });
  }
}
