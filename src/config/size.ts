import { accepted, type Parsed, rejected, type ValueType } from './value-type.ts';

const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
const powers: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4 };

/**
 * Parses `512KiB`, `1GiB`, `10MB` (powers of 1000) or a plain number of bytes. As in Kubernetes, `Mi` is `MiB`.
 * @returns bytes, whole ones.
 */
export function parseSize(text: string): Parsed<number> {
  const match = /^(\d{1,15}(?:\.\d+)?)\s*([kmgt]?)(i?)(b?)$/i.exec(text.trim());
  const power = powers[match?.[2]?.toLowerCase() ?? ''];
  if (match === null || power === undefined || (match[2] === '' && match[3] !== '')) {
    return rejected(`must be a size such as \`512KiB\` or \`1GiB\`, and is \`${text}\``);
  }
  return accepted(Math.round(Number(match[1]) * (match[3] === '' ? 1000 : 1024) ** power));
}

/** Writes bytes as `parseSize` reads them, in the largest binary unit that says it exactly. */
export function formatSize(bytes: number): string {
  let count = bytes;
  let unit = 0;
  while (count !== 0 && count % 1024 === 0 && unit < binaryUnits.length - 1) {
    count /= 1024;
    unit += 1;
  }
  return `${count}${binaryUnits[unit] ?? 'B'}`;
}

/** A size from `leastBytes` to `mostBytes`; the value is in bytes. */
export function sizeType(leastBytes: number, mostBytes: number): ValueType<number> {
  return {
    syntax: `a size from \`${formatSize(leastBytes)}\` to \`${formatSize(mostBytes)}\``,
    parse: (text) => {
      const parsed = parseSize(text);
      if (!parsed.ok) return parsed;
      if (parsed.value < leastBytes) return rejected(`is ${text.trim()}; the least is ${formatSize(leastBytes)}`);
      if (parsed.value > mostBytes) return rejected(`is ${text.trim()}; the most is ${formatSize(mostBytes)}`);
      return parsed;
    },
  };
}
