import type { Clock } from '../../src/ports/clock.ts';
import { type Dice, dice } from './dice.ts';
import { type Call, type Fault, faultNames, type Tally } from './fault.ts';

/** What all lines of one schedule share. */
export interface Weather {
  readonly seed: number;
  readonly clock: Clock;
  readonly tally: Tally;
  /** How likely a call meets a fault, from 0 to 1; 0 once the faults have stopped. */
  faultiness: number;
  /** The longest that something is on its way, in milliseconds. */
  readonly longestMs: number;
  /** What happened, for whoever must understand a schedule that failed. */
  readonly story: string[];
  /** Ends the long polls that nobody waits for. */
  readonly over: AbortSignal;
  /** Calls that are under way though their caller was answered, or is dead. */
  readonly strays: Set<Promise<void>>;
  issued: number;
  arrived: number;
}

/** Calls that are seldom made, and meet a fault more often for that. */
const seldom: ReadonlySet<Call> = new Set(['report admitted', 'report pending', 'release', 'stop']);

/** What the caller gets when the line breaks. It says nothing about whether the call arrived. */
export class LineBroken extends Error {
  override readonly name = 'LineBroken';
}

/** One worker's way to the feed and to its executor. */
export class FaultyLine {
  readonly weather: Weather;
  readonly #name: string;
  readonly #death = new AbortController();
  readonly #made = new Map<Call, number>();

  constructor(weather: Weather, name: string) {
    this.weather = weather;
    this.#name = name;
  }

  /** Aborts when the worker dies. For calls that take no signal. */
  get death(): AbortSignal {
    return this.#death.signal;
  }

  /** From here on nothing more leaves the worker. What is on its way may still arrive. */
  die(): void {
    this.#death.abort(new LineBroken(`${this.#name} is dead`));
  }

  /** Draws what becomes of a call, and gives the dice for the rest of it. */
  draw(call: Call, about: string): { readonly fault: Fault | undefined; readonly dice: Dice } {
    this.#death.signal.throwIfAborted();
    const { seed, tally, faultiness } = this.weather;
    const count = (this.#made.get(call) ?? 0) + 1;
    this.#made.set(call, count);
    const thrown = dice(seed, `${this.#name}/${call}/${count}`);
    const [first, ...rest] = faultNames;
    const likely = faultiness > 0 && seldom.has(call) ? Math.max(faultiness, 0.6) : faultiness;
    const fault = first !== undefined && thrown.chance(likely) ? thrown.pick([first, ...rest]) : undefined;
    tally.add(call, 'made');
    if (fault !== undefined) tally.add(call, fault);
    this.tell(`${call} ${about}${fault === undefined ? '' : `: ${fault}`}`);
    return { fault, dice: thrown };
  }

  /** Notes that a call arrives which was issued as number `issue`. */
  arrive(call: Call, issue: number): void {
    if (issue < this.weather.arrived) this.weather.tally.add(call, 'overtaken');
    this.weather.arrived = Math.max(this.weather.arrived, issue);
  }

  /** A call that gives one answer. `perform` is done as often, and when, the fault has it. */
  async call<T>(
    call: Call,
    about: string,
    perform: (signal: AbortSignal) => Promise<T>,
    signal = this.death,
  ): Promise<T> {
    const { fault, dice: thrown } = this.draw(call, about);
    const issue = ++this.weather.issued;
    const act = async (until: AbortSignal): Promise<T> => {
      this.arrive(call, issue);
      return perform(until);
    };
    const ms = thrown.durationMs(5, this.weather.longestMs);
    switch (fault) {
      case undefined:
        return this.#answer(act(signal));
      case 'dropped':
        throw this.#broken(call);
      case 'unanswered':
        await act(signal).catch(() => undefined);
        throw this.#broken(call);
      case 'late':
        this.stray(call, ms, act);
        throw this.#broken(call);
      case 'delayed':
        await this.pause(ms, signal).catch((error: unknown) => {
          // The caller has given up; what it sent may be on its way all the same.
          if (thrown.chance(0.5)) this.stray(call, ms / 2, act);
          throw error;
        });
        return this.#answer(act(signal));
      case 'slow answer': {
        const answer = act(signal);
        await answer.catch(() => undefined);
        await this.pause(ms, signal);
        return this.#answer(answer);
      }
      case 'doubled':
        if (thrown.chance(0.5)) {
          this.stray(call, 0, act);
          return this.#answer(act(signal));
        } else {
          const answer = this.#answer(act(signal));
          this.stray(call, 0, act);
          return answer;
        }
      case 'echoed':
        try {
          return await this.#answer(act(signal));
        } finally {
          this.stray(call, ms, act);
        }
    }
  }

  /** Does a call that nobody waits for, after a while. Whatever it throws is nobody's concern, but goes into the story. */
  stray(call: Call, afterMs: number, act: (signal: AbortSignal) => Promise<unknown>): void {
    const { clock, over, strays } = this.weather;
    const done: Promise<void> = (async () => {
      if (afterMs > 0) await clock.sleep(afterMs);
      this.tell(`stray ${call} arrives`);
      await act(over);
    })()
      .catch((error: unknown) => this.tell(`stray ${call} came to ${String(error)}`))
      .finally(() => strays.delete(done));
    strays.add(done);
  }

  /** Waits, unless the caller or the worker ends before that. */
  async pause(ms: number, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.death]);
    await this.weather.clock.sleep(ms, either);
    either.throwIfAborted();
  }

  tell(words: string): void {
    this.weather.story.push(`${String(this.weather.clock.monotonicMs()).padStart(8)} ms  ${this.#name}  ${words}`);
  }

  /** The dead hear nothing. */
  async #answer<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } finally {
      this.#death.signal.throwIfAborted();
    }
  }

  #broken(call: Call): LineBroken {
    return new LineBroken(`the line broke during '${call}'`);
  }
}
