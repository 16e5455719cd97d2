/** What repeated measuring of one thing gave. */
export interface Sample {
  readonly unit: string;
  readonly median: number;
  /** The first and the third quartile: how far apart they are says how far to believe the median. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** @throws {Error} where there is no value. */
export function sampleOf(unit: string, values: readonly number[]): Sample {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    unit,
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    count: sorted.length,
  };
}

function quantile(sorted: readonly number[], part: number): number {
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new Error('Nothing was measured.');
  return below + (above - below) * (place - Math.floor(place));
}
