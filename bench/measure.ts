import { type Sample, sampleOf } from './sample.ts';

/** What a figure is judged by. */
export interface Reach {
  readonly bound: 'at least' | 'at most';
  readonly value: number;
}

/** One figure, beside its baseline. */
export interface Figure {
  /** A word that stays the same from one run to the next: by it figures are compared. */
  readonly name: string;
  readonly what: string;
  readonly subject: Sample;
  readonly baseline?: { readonly what: string; readonly sample: Sample };
  /** `ratio`: subject over baseline. `difference`: subject less baseline. `value`: the subject alone. */
  readonly by: 'ratio' | 'difference' | 'value';
  readonly result: number;
  /** Absent where the figure is only reported. */
  readonly reach?: Reach;
}

/** Where a measure works and what it may count on. */
export interface Place {
  /** An empty directory of its own, removed afterwards. */
  readonly directory: string;
  /** `bin/longarm.mjs` of the package as it is installed. */
  readonly longarm: string;
  /** Aborts when the run is interrupted or the measure takes too long. */
  readonly signal: AbortSignal;
  /** Says how far it has got. */
  say(line: string): void;
}

/** Something that is measured. */
export interface Measure {
  /** What the command line calls it. */
  readonly name: string;
  /** How long it may take before it is given up, in milliseconds. */
  readonly deadlineMs: number;
  run(place: Place): Promise<readonly Figure[]>;
}

/** The same unit, measured in turn. */
export interface Pair {
  readonly baseline: Sample;
  readonly subject: Sample;
}

/** A pair that has no words yet. */
export interface NamedPair {
  readonly name: string;
  readonly what: string;
  readonly pair: Pair;
  /** Only reported, and not judged. */
  readonly isReported?: boolean;
}

/** How long some work takes, in milliseconds. */
export async function msFor(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** How long a call takes, the average of some one after another, in milliseconds. */
export async function averageMs(calls: number, call: (i: number) => Promise<void>): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < calls; i++) await call(i);
  return (performance.now() - began) / calls;
}

/**
 * Measures baseline and subject in turn, A B A B, so that whatever else the machine does meets both alike.
 * @param warmUps how many rounds come before those that count.
 */
export async function inTurn(
  unit: string,
  rounds: number,
  warmUps: number,
  baseline: () => Promise<number>,
  subject: () => Promise<number>,
): Promise<Pair> {
  const values: { readonly baseline: number; readonly subject: number }[] = [];
  for (let i = 0; i < warmUps + rounds; i++) {
    values.push({ baseline: await baseline(), subject: await subject() });
  }
  const counted = values.slice(warmUps);
  return {
    baseline: sampleOf(
      unit,
      counted.map((round) => round.baseline),
    ),
    subject: sampleOf(
      unit,
      counted.map((round) => round.subject),
    ),
  };
}

/** What is told of a figure beside its numbers. */
export interface Words {
  readonly name: string;
  readonly what: string;
  /** What the baseline is. */
  readonly against: string;
  readonly reach?: Reach;
}

/** Judges by how many times the baseline the subject is. */
export function ratio({ against, ...words }: Words, { baseline, subject }: Pair): Figure {
  const result = subject.median / baseline.median;
  return { ...words, subject, baseline: { what: against, sample: baseline }, by: 'ratio', result };
}

/** Judges by how much more the subject is than the baseline. */
export function difference({ against, ...words }: Words, { baseline, subject }: Pair): Figure {
  const result = subject.median - baseline.median;
  return { ...words, subject, baseline: { what: against, sample: baseline }, by: 'difference', result };
}

/** Judges the subject by itself. */
export function value(words: Omit<Words, 'against'>, subject: Sample): Figure {
  return { ...words, subject, by: 'value', result: subject.median };
}

/** Whether a figure is what it should be; `undefined` where nothing was said. */
export function isReached({ reach, result }: Figure): boolean | undefined {
  if (reach === undefined) return undefined;
  return reach.bound === 'at most' ? result <= reach.value : result >= reach.value;
}
