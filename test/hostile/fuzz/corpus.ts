import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { shortened, wholeVariable } from '../../shortened.ts';

/** The seed of every run but the whole ones, so that a failure in CI is there again on every machine. */
const fixedSeed = 20_260_501;

/** How often a property is tried, and how to say so in a title. */
export interface Tries {
  readonly parameters: { readonly numRuns: number; readonly seed: number };
  /** `500 of 20,000 (1/40; …), seed 20260501`. */
  readonly title: string;
}

/** Tries of a property: as many as `shortened` says, from the fixed seed, or from a new one where all of them run. */
export function tries(whole: number, factor: number): Tries {
  const { count, title } = shortened(whole, factor);
  const seed = process.env[wholeVariable] === 'yes' ? randomInt(2 ** 31) : fixedSeed;
  return { parameters: { numRuns: count, seed }, title: `${title}, seed ${seed}` };
}

/** Characters that parsers and terminals trip over. */
const traps = [
  '\0',
  '\r\n',
  '\u001b[2J',
  '\u202e',
  '\ud800',
  '\udc00',
  '\ufeff',
  '%00',
  '%2f',
  '%',
  '\\',
  '"',
  "'",
  '..',
  '/',
  '=',
  '|',
  ',',
  ';',
  ' ',
];

/** Texts that are none, and texts that were one of `examples` until something happened to them. */
export function hostileText(examples: readonly string[]): fc.Arbitrary<string> {
  const example = fc.constantFrom(...examples);
  const cut = fc
    .tuple(example, fc.nat({ max: 200 }), fc.nat({ max: 200 }))
    .map(([text, from, to]) => text.slice(from, to));
  const piece = fc.oneof(
    example,
    cut,
    fc.constantFrom(...traps),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.string({ maxLength: 8 }),
  );
  const spliced = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
  const wedged = fc
    .tuple(example, fc.nat({ max: 200 }), piece)
    .map(([text, at, wedge]) => text.slice(0, at) + wedge + text.slice(at));
  const long = fc
    .tuple(piece, fc.constantFrom(100, 5000))
    .map(([text, times]) => text.repeat(Math.min(times, Math.ceil(20_000 / Math.max(1, text.length)))));
  return fc.oneof(
    { arbitrary: spliced, weight: 4 },
    { arbitrary: wedged, weight: 4 },
    { arbitrary: long, weight: 1 },
    { arbitrary: fc.string({ unit: 'binary' }), weight: 1 },
  );
}
