/** Everything that a worker can ask: of the feed, and of the executor. Reports are told apart by what they say. */
export const calls = [
  'claim',
  'renew',
  'report launching',
  'report admitted',
  'report pending',
  'report started',
  'report ended',
  'payload',
  'appendOutput',
  'sealOutput',
  'unfinishedAmong',
  'release',
  'start',
  'observe',
  'readOutput',
  'stop',
  'destroy',
  'list',
] as const;

/** One of them. */
export type Call = (typeof calls)[number];

/** What can become of a call on its way, beside that it is answered at once. */
export const faults = {
  dropped: 'it never arrives; the caller gets an error',
  unanswered: 'it arrives and is done; the caller gets an error in place of the answer',
  late: 'the caller gets an error, and long after that it arrives and is done',
  delayed: 'it arrives after a while',
  'slow answer': 'it arrives at once, and its answer comes after a while',
  doubled: 'it arrives twice at once',
  echoed: 'it arrives, is answered, and after a while arrives and is done once more',
} as const satisfies Record<string, string>;

/** One of them. */
export type Fault = keyof typeof faults;

/** Their names, in that order. */
export const faultNames: readonly Fault[] = [
  'dropped',
  'unanswered',
  'late',
  'delayed',
  'slow answer',
  'doubled',
  'echoed',
];

/** How often each thing happened to each call, over many schedules. */
export class Tally {
  readonly #counts: Map<string, number>;

  /** @param counts of another tally, as they come from another thread. */
  constructor(counts: ReadonlyMap<string, number> = new Map()) {
    this.#counts = new Map(counts);
  }

  /** The counts, in a form that can be sent to another thread. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Takes another one's counts in. */
  addAll(other: Tally): void {
    for (const [key, count] of other.counts) this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }

  add(call: Call, what: Fault | 'made' | 'overtaken'): void {
    const key = `${call}/${what}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  of(call: Call, what: Fault | 'made' | 'overtaken'): number {
    return this.#counts.get(`${call}/${what}`) ?? 0;
  }

  /** The faults that some call never met, as `call: fault`. `overtaken` is one: a call that was issued later arrived first. */
  missing(): readonly string[] {
    return calls.flatMap((call) =>
      [...faultNames, 'overtaken' as const].flatMap((fault) => (this.of(call, fault) > 0 ? [] : [`${call}: ${fault}`])),
    );
  }

  /** A table for people. */
  lines(): readonly string[] {
    const columns = ['made', ...faultNames, 'overtaken'] as const;
    const head = `${'call'.padEnd(17)}${columns.map((name) => name.padStart(12)).join('')}`;
    const rows = calls.map(
      (call) => call.padEnd(17) + columns.map((what) => String(this.of(call, what)).padStart(12)).join(''),
    );
    return [head, ...rows];
  }
}
