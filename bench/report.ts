import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { Machine } from './machine.ts';
import { type Figure, isReached } from './measure.ts';
import type { Sample } from './sample.ts';

/** What `--out` writes. */
export interface Result {
  /** When it was measured, RFC 3339. */
  readonly at: string;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
}

/** What a comparison needs of an earlier result. */
const earlierSchema = Type.Object({
  at: Type.String(),
  machine: Type.Object({ cpu: Type.String(), cpus: Type.Number(), node: Type.String() }),
  figures: Type.Array(
    Type.Object({
      name: Type.String(),
      result: Type.Number(),
      subject: Type.Object({ unit: Type.String(), median: Type.Number() }),
    }),
  ),
});

/** An earlier result. */
export type Earlier = Static<typeof earlierSchema>;

/** Reads what `--out` wrote. @throws {Error} where it is something else. */
export function parseResult(text: string): Earlier {
  return Value.Parse(earlierSchema, JSON.parse(text));
}

/** Figures for people: two lines each. */
export function figureLines(figures: readonly Figure[]): readonly string[] {
  return figures.flatMap((figure) => {
    const { name, what, subject, baseline, reach } = figure;
    const reached = isReached(figure);
    const verdict = reached === undefined ? 'reported' : reached ? 'reached' : 'MISSED';
    const wanted = reach === undefined ? '' : ` (${reach.bound} ${reach.value})`;
    const beside = baseline === undefined ? '' : `; ${sampleText(baseline.sample)} ${baseline.what}`;
    return [`${name}: ${resultText(figure)}${wanted} ${verdict}`, `   ${what}: ${sampleText(subject)}${beside}`];
  });
}

/** A figure's result with its unit. */
function resultText({ by, result, subject }: Figure): string {
  return by === 'ratio' ? `${round(result)} times` : `${round(result)} ${subject.unit}`;
}

/** How this run compares with an earlier one: for each figure of both, now over then. */
export function comparedLines(then: Earlier, now: Result): readonly string[] {
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
