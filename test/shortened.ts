/** The variable by which `npm run soak` tells tests to shorten nothing. */
export const wholeVariable = 'WHOLE_SOAKS_OF_LONGARM';

/** How much of a long test is run, and how to say so in its title. */
export interface Shortened {
  /** How many repetitions, bytes or whatever it counts. */
  readonly count: number;
  /** `1,000`, or `50 of 1,000 (1/20; whole in npm run soak)`. */
  readonly title: string;
}

/**
 * Shortens a long test by a stated factor, unless this is `npm run soak`.
 * @param whole what the promise says.
 * @param factor by how much `npm test` does less.
 */
export function shortened(whole: number, factor: number): Shortened {
  const digits = (value: number) => value.toLocaleString('en-US');
  if (process.env[wholeVariable] === 'yes' || factor === 1) return { count: whole, title: digits(whole) };
  const count = Math.ceil(whole / factor);
  return { count, title: `${digits(count)} of ${digits(whole)} (1/${factor}; whole in npm run soak)` };
}
