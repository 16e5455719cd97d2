import { type Figure, isReached, type Reach } from './measure.ts';
import type { Result } from './result.ts';
import type { Sample } from './sample.ts';

/** Figures for people: two lines each. */
export function figureLines(figures: readonly Figure[]): readonly string[] {
  return figures.flatMap((figure) => {
    const { name, what, subject, baseline, reach } = figure;
    const wanted = reach === undefined ? '' : ` (${reachText(reach)})`;
    const beside = baseline === undefined ? '' : `; ${sampleText(baseline.sample)} ${baseline.what}`;
    return [
      `${name}: ${resultText(figure)}${wanted} ${verdictOf(figure)}`,
      `   ${what}: ${sampleText(subject)}${beside}`,
    ];
  });
}

/** A figure's result with its unit. */
function resultText({ by, result, subject }: Figure): string {
  return by === 'ratio' ? `${round(result)} times` : `${round(result)} ${subject.unit}`;
}

/** How this run compares with an earlier one: for each figure of both, now over then. */
export function comparedLines(then: Result, now: Result): readonly string[] {
  const alike = then.machine.cpu === now.machine.cpu && then.machine.cpus === now.machine.cpus;
  const warning = alike
    ? []
    : [`Another machine then (${then.machine.cpus} × ${then.machine.cpu}): ratios say little.`];
  const lines = now.figures.flatMap(({ name, result, subject }) => {
    const former = then.figures.find((figure) => figure.name === name);
    if (former === undefined) return [`${name}: not measured then`];
    const times = (a: number, b: number) => `${round(a / b)} times`;
    const absolute = `${round(former.subject.median)} → ${round(subject.median)} ${subject.unit}`;
    return [
      `${name}: result ${round(former.result)} → ${round(result)} (${times(result, former.result)}); ${absolute} (${times(subject.median, former.subject.median)})`,
    ];
  });
  return [...warning, ...lines];
}

function sampleText({ median, low, high, unit, count }: Sample): string {
  const spread = count > 1 ? ` (${round(low)} to ${round(high)}, ${count} times)` : '';
  return `${round(median)} ${unit}${spread}`;
}

/** Three digits that mean something, and no more. */
function round(number: number): string {
  return Math.abs(number) >= 100 ? number.toFixed(0) : String(Number(number.toPrecision(3)));
}

function reachText({ bound, value }: Reach): string {
  return `${bound} ${value}`;
}

function verdictOf(figure: Figure): string {
  const reached = isReached(figure);
  if (reached === undefined) return 'reported';
  return reached ? 'reached' : 'MISSED';
}

/** The figures as a table of `docs/performance.md`. */
export function performanceTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { name, what, subject, baseline, reach } = figure;
    const cells = [
      `\`${name}\``,
      what,
      sampleText(subject),
      baseline === undefined ? '–' : `${baseline.what}: ${sampleText(baseline.sample)}`,
      resultText(figure),
      reach === undefined ? '–' : reachText(reach),
      verdictOf(figure),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head = ['name', 'measured', 'median (quartiles)', 'baseline', 'result', 'reach', 'verdict'];
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows].join('\n');
}
