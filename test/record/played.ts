import { Tally } from './fault.ts';
import type { Schedule } from './schedule.ts';

/** The schedules that one thread is to play: those with the seeds `first`, `first + step` and so on below `end`. */
export interface Share {
  readonly first: number;
  readonly step: number;
  readonly end: number;
  /** Where each keeps its files. */
  readonly directory: string;
}

/** A schedule in which the record did not stay true. */
export interface Breach {
  readonly seed: number;
  readonly message: string;
  /** The last of what happened. */
  readonly story: readonly string[];
}

/** What came of some schedules. */
export interface Played {
  readonly schedules: number;
  readonly commands: number;
  /** The longest that it took, after the faults, until everything had ended and arrived. */
  readonly calmedMs: number;
  /** How often commands ended how: `completed`, `failed WorkerLost`. */
  readonly endings: ReadonlyMap<string, number>;
  readonly tally: Tally;
  readonly breaches: readonly Breach[];
}

/** What came of the schedules of several threads, together. */
export function together(parts: readonly Played[]): Played {
  const tally = new Tally();
  const endings = new Map<string, number>();
  for (const part of parts) {
    tally.addAll(part.tally);
    for (const [ending, count] of part.endings) endings.set(ending, (endings.get(ending) ?? 0) + count);
  }
  const sum = (count: (part: Played) => number) => parts.reduce((total, part) => total + count(part), 0);
  return {
    schedules: sum(({ schedules }) => schedules),
    commands: sum(({ commands }) => commands),
    calmedMs: Math.max(...parts.map(({ calmedMs }) => calmedMs)),
    endings,
    tally,
    breaches: parts.flatMap(({ breaches }) => breaches),
  };
}

/** Plays schedules one by one and counts what came of them. */
export class Counted {
  readonly #endings = new Map<string, number>();
  readonly #breaches: Breach[] = [];
  readonly tally = new Tally();
  #schedules = 0;
  #calmedMs = 0;

  /** @returns false where the record did not stay true; what is left in the store would be the next one's trouble. */
  async play(schedule: Schedule, seed: number): Promise<boolean> {
    try {
      await schedule.play();
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#breaches.push({ seed, message, story: schedule.story.slice(-200) });
      return false;
    }
    this.#schedules += 1;
    this.#calmedMs = Math.max(this.#calmedMs, schedule.calmedMs);
    for (const ending of schedule.endings) this.#endings.set(ending, (this.#endings.get(ending) ?? 0) + 1);
    return true;
  }

  /** What came of them. */
  get played(): Played {
    const commands = [...this.#endings.values()].reduce((sum, count) => sum + count, 0);
    const [schedules, calmedMs, tally] = [this.#schedules, this.#calmedMs, this.tally];
    return { schedules, commands, calmedMs, tally, endings: this.#endings, breaches: this.#breaches };
  }
}
