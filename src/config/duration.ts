import { accepted, type Parsed, rejected, type ValueType } from './value-type.ts';

const unitsMs = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/**
 * Parses `90s`, `5m`, `1h30m` or a plain number of seconds.
 * @returns milliseconds, whole ones.
 */
export function parseDuration(text: string): Parsed<number> {
  const compact = text.trim();
  if (/^\d{1,12}(\.\d+)?$/.test(compact)) return accepted(Math.round(Number(compact) * 1000));
  if (!/^(\d{1,12}(\.\d+)?(ms|[dhms]))+$/.test(compact)) {
    return rejected(`must be a duration such as \`90s\`, \`5m\` or \`1h30m\`, and is \`${text}\``);
  }
  let totalMs = 0;
  for (const [, count, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
    const [, unitMs] = unitsMs.find(([name]) => name === unit) ?? ['', 0];
    totalMs += Number(count) * unitMs;
  }
  return accepted(Math.round(totalMs));
}

/** Writes milliseconds as `parseDuration` reads them, with as few units as say it exactly: `1h30m`. */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return '0s';
  let rest = durationMs;
  let text = '';
  for (const [unit, unitMs] of unitsMs) {
    const count = Math.floor(rest / unitMs);
    if (count === 0) continue;
    text += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return text;
}

/** A duration from `leastMs` to `mostMs`; the value is in milliseconds. */
export function durationType(leastMs: number, mostMs: number): ValueType<number> {
  return {
    syntax: `a duration from \`${formatDuration(leastMs)}\` to \`${formatDuration(mostMs)}\``,
    parse: (text) => {
      const parsed = parseDuration(text);
      if (!parsed.ok) return parsed;
      if (parsed.value < leastMs) return rejected(`is ${text.trim()}; the least is ${formatDuration(leastMs)}`);
      if (parsed.value > mostMs) return rejected(`is ${text.trim()}; the most is ${formatDuration(mostMs)}`);
      return parsed;
    },
  };
}
