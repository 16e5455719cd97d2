/**
 * `npm run bench [-- NAME… --out FILE --compare FILE]`: measures what docs/performance.md promises, each figure beside
 * its baseline in one run, on the package as it is installed. NAME runs only some. `--document FILE` measures nothing: it
 * puts the figures of an earlier run into docs/performance.md.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installLongarm } from './installed.ts';
import { describeMachine, machineShape } from './machine.ts';
import type { Figure, Measure } from './measure.ts';
import { measures } from './measures.ts';
import { comparedLines, figureLines, performanceTable } from './report.ts';
import { parseResult, type Result } from './result.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, compare: { type: 'string' }, document: { type: 'string' } },
});

function chosen(): readonly Measure[] {
  for (const name of names) {
    if (measures.some((measure) => measure.name === name)) continue;
    throw new Error(`There is no measure "${name}"; there are ${measures.map((measure) => measure.name).join(', ')}.`);
  }
  return measures.filter(({ name }) => names.length === 0 || names.includes(name));
}

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort(new Error(signal)));
const directory = mkdtempSync(join(tmpdir(), 'bench-'));
const failures: string[] = [];

async function measured(measure: Measure, longarm: string): Promise<readonly Figure[]> {
  const own = join(directory, measure.name);
  mkdirSync(own);
  const over = new AbortController();
  const signal = AbortSignal.any([interrupted.signal, over.signal, AbortSignal.timeout(measure.deadlineMs)]);
  const began = performance.now();
  try {
    return await measure.run({ directory: own, longarm, signal, say: (line) => say(`   ${line}`) });
  } catch (error) {
    failures.push(`${measure.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return [];
  } finally {
    over.abort(new Error('The measure is over.'));
    say(`   ${((performance.now() - began) / 1000).toFixed(0)} s`);
    rmSync(own, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Measures what was chosen and says what was found. */
async function measureAll(): Promise<void> {
  const wanted = chosen();
  const machine = machineShape(directory);
  say(describeMachine(machine));
  const longarm = await installLongarm(directory, interrupted.signal);
  const figures: Figure[] = [];
  for (const measure of wanted) {
    if (interrupted.signal.aborted) break;
    say(`── ${measure.name}`);
    const own = await measured(measure, longarm);
    for (const line of figureLines(own)) say(line);
    figures.push(...own);
  }
  const result: Result = { at: new Date().toISOString(), machine, figures };
  if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(result, undefined, 2)}\n`);
  if (options.compare !== undefined) {
    say(`\nAgainst ${options.compare}:`);
    for (const line of comparedLines(parseResult(readFileSync(options.compare, 'utf8')), result)) say(line);
  }
}

/** Puts the figures of a result file into the document, between its two comments. */
function document(file: string): void {
  const path = join(import.meta.dirname, '../docs/performance.md');
  const { at, machine, figures } = parseResult(readFileSync(file, 'utf8'));
  const text = `Measured ${at.slice(0, 10)} on ${describeMachine(machine)}.\n\n${performanceTable(figures)}`;
  const parts = /^([^]*<!-- figures -->\n)[^]*(<!-- end of figures -->[^]*)$/.exec(readFileSync(path, 'utf8'));
  if (parts === null) throw new Error(`${path} lacks the comments around its figures.`);
  writeFileSync(path, `${parts[1]}\n${text}\n\n${parts[2]}`);
}

try {
  if (options.document === undefined) await measureAll();
  else document(options.document);
} catch (error) {
  failures.push(error instanceof Error ? error.message : String(error));
} finally {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
for (const failure of failures) process.stderr.write(`longarm: ${failure}\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
