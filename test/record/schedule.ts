import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cancelCommand } from '../../src/control-plane/cancel-command.ts';
import { dropAllLeases, expireOverdue } from '../../src/control-plane/expire.ts';
import { createCommandFeed } from '../../src/control-plane/feed/command-feed.ts';
import { putCluster } from '../../src/control-plane/put-cluster.ts';
import { randomIds } from '../../src/main/random-ids.ts';
import type { CommandFeed } from '../../src/ports/command-feed.ts';
import { executorsByKind } from '../../src/ports/executors.ts';
import { sweep } from '../../src/worker/sweep.ts';
import { startWorker, type Worker } from '../../src/worker/worker.ts';
import { type Dice, dice } from './dice.ts';
import type { Tally } from './fault.ts';
import { faultyExecutor } from './faulty-executor.ts';
import { faultyFeed, short } from './faulty-feed.ts';
import { FaultyLine, type Weather } from './faulty-line.ts';
import { judge } from './judge.ts';
import type { SampleScript } from './sample-script.ts';
import type { Stage } from './stage.ts';
import { Told } from './told.ts';
import { type Witness, witness } from './witness.ts';

/** How long everything may take to come to its end once the faults have stopped, in milliseconds of turned time. */
const boundMs = 10 * 60_000;
const never = new AbortController().signal;

/** A worker, and the line it works over. */
interface Hand {
  readonly worker: Worker;
  readonly line: FaultyLine;
}

/** One random schedule: some commands, one to three workers that die and come back, and lines that break. */
export class Schedule {
  readonly #stage: Stage;
  readonly #place: string;
  readonly #dice: Dice;
  readonly #weather: Weather;
  readonly #over = new AbortController();
  readonly #feed: CommandFeed;
  readonly #hands: Hand[] = [];
  readonly #ending: Promise<void>[] = [];
  readonly #commands: { readonly told: Told; readonly script: SampleScript }[] = [];
  #executor: Witness | undefined;
  #workers = 0;
  #calmedMs = 0;

  /** @param place an empty directory, which is gone when it was played. */
  constructor(stage: Stage, place: string, seed: number, tally: Tally) {
    this.#stage = stage;
    this.#place = place;
    this.#dice = dice(seed, 'schedule');
    this.#weather = {
      seed,
      clock: stage.clock,
      tally,
      faultiness: this.#dice.pick([0.05, 0.15, 0.3, 0.5]),
      longestMs: this.#dice.pick([500, 5_000, 30_000]) * stage.pace ** 2,
      story: [],
      over: this.#over.signal,
      strays: new Set(),
      issued: 0,
      arrived: 0,
    };
    this.#feed = createCommandFeed(stage.behind.plane);
  }

  /** What happened, line by line, and what was told of each command in the end. */
  get story(): readonly string[] {
    return [...this.#weather.story, ...this.#commands.map(({ told }) => `${short(told.id)}: ${told.words}`)];
  }

  /** How long it took after the faults until everything had ended and arrived, in milliseconds of its clock. */
  get calmedMs(): number {
    return this.#calmedMs;
  }

  /** How the commands ended: `failed WorkerLost`. */
  get endings(): readonly string[] {
    return this.#commands.flatMap(({ told: { ended } }) => {
      if (ended === undefined) return [];
      return ended.phase === 'failed' ? `failed ${ended.failure.reason}` : ended.phase;
    });
  }

  /** Plays the schedule to its end. @throws {AssertionError} where the record did not stay true. */
  async play(): Promise<void> {
    const directory = join(this.#place, 'runs');
    this.#executor = witness(await this.#stage.openExecutor(directory));
    try {
      for (let left = this.#dice.pick([1, 1, 2, 3]); left > 0; left--) await this.#submit();
      for (let left = this.#dice.whole(1, 3); left > 0; left--) this.#startWorker();
      for (let steps = this.#dice.whole(3, 14); steps > 0; steps--) {
        await this.#stage.settled();
        await this.#askAll();
        await this.#meddle();
        await this.#stage.settled();
        await this.#stride();
      }
      await this.#calmDown();
      await this.#judgeAll();
      await this.#leaveNothing(directory);
    } finally {
      await this.#stopAll();
      await rm(this.#place, { recursive: true });
    }
  }

  async #submit(): Promise<void> {
    const number = this.#commands.length + 1;
    const thrown = dice(this.#weather.seed, `script ${number}`);
    const script = this.#stage.sample(thrown, join(this.#place, `effects-${number}`));
    const more = script.timeoutMs === undefined ? {} : { timeoutMs: script.timeoutMs };
    const id = await this.#stage.behind.submit(script.text, more);
    this.#commands.push({ script, told: new Told(this.#stage.behind, id, script.written) });
    this.#tell(`submitted ${short(id)}: ${script.text.replaceAll(/ (\S{60})\S*/g, ' $1…').replaceAll('\n', '; ')}`);
  }

  #startWorker(): void {
    const line = new FaultyLine(this.#weather, `worker ${++this.#workers}`);
    const { executor, feed } = { executor: this.#witness(), feed: this.#feed };
    const log = {
      info: (_facts: unknown, message: string) => line.tell(message),
      warn: ({ error }: Readonly<Record<string, unknown>>, message: string) =>
        line.tell(`${message}: ${String(error)}`),
    };
    const executors = executorsByKind(new Map([['scripted', faultyExecutor(line, executor)]]));
    const pauses = dice(this.#weather.seed, `pauses of worker ${this.#workers}`);
    const random = (): number => pauses.fraction();
    const worker = startWorker(
      { feed: faultyFeed(line, feed), executors, clock: this.#stage.clock, random, log },
      { id: randomIds.workerId(), concurrency: this.#dice.whole(1, 4), sweepMs: 4_000 * this.#stage.pace },
    );
    this.#hands.push({ worker, line });
    this.#tell(`worker ${this.#workers} begins`);
  }

  /** Something that happens beside the workers. */
  async #meddle(): Promise<void> {
    const { plane, actor, cluster } = this.#stage.behind;
    if (this.#dice.chance(0.25)) await expireOverdue(plane);
    const roll = this.#dice.fraction();
    const command = this.#commands[this.#dice.whole(0, this.#commands.length - 1)];
    const hand = this.#hands[this.#dice.whole(0, this.#hands.length - 1)];
    if (roll < 0.05 && command !== undefined) {
      this.#tell(`cancel ${short(command.told.id)}`);
      await cancelCommand(plane, actor, cluster.address, command.told.id);
    } else if (roll < 0.1 && hand !== undefined) {
      this.#end(hand, 'die');
      this.#startWorker();
    } else if (roll < 0.13 && hand !== undefined) {
      this.#end(hand, 'stop');
      this.#startWorker();
    } else if (roll < 0.15 && this.#hands.length < 3) {
      this.#startWorker();
    } else if (roll < 0.16) {
      this.#tell('the server starts anew');
      for (const each of this.#hands.splice(0)) this.#end(each, 'die');
      await dropAllLeases(plane);
      this.#startWorker();
    } else if (roll < 0.165) {
      this.#tell('run command is switched off, and on again');
      await putCluster(plane, actor, cluster.address, { runCommandDisabled: true });
      await putCluster(plane, actor, cluster.address, { runCommandDisabled: false });
    } else if (roll < 0.22 && this.#commands.length < 6) {
      await this.#submit();
    }
  }

  /** Mostly to the next thing that happens; now and then far beyond it, as when a machine was asleep. */
  async #stride(): Promise<void> {
    const { pace } = this.#stage;
    const roll = this.#dice.fraction();
    if (roll < 0.5) return this.#stage.pass(this.#dice.durationMs(1, 100) * pace, true);
    return this.#stage.pass(this.#dice.durationMs(50, roll < 0.9 ? 2_000 : 20_000) * pace ** 2, false);
  }

  /** No more faults: all that is on its way arrives, and everything must come to its end. */
  async #calmDown(): Promise<void> {
    this.#tell('the faults stop');
    this.#weather.faultiness = 0;
    this.#over.abort(new Error('nobody waits for this any more'));
    if (this.#hands.length === 0) this.#startWorker();
    const { strays } = this.#weather;
    const sinceMs = this.#stage.clock.monotonicMs();
    for (;;) {
      await this.#stage.settled();
      await this.#askAll();
      this.#calmedMs = this.#stage.clock.monotonicMs() - sinceMs;
      if (strays.size === 0 && this.#commands.every(({ told }) => told.ended !== undefined)) return;
      assert.ok(this.#calmedMs < boundMs, `something has not ended ${boundMs / 60_000} minutes after the faults`);
      await expireOverdue(this.#stage.behind.plane);
      await this.#stage.pass(300 * this.#stage.pace, true);
    }
  }

  async #judgeAll(): Promise<void> {
    const executor = this.#witness();
    for (const { told, script } of this.#commands) {
      await told.askForAll();
      const { ended } = told;
      assert.ok(ended !== undefined);
      const { written, exitCode, effects, getsLost } = script;
      const ran = effects === undefined ? undefined : await linesOf(effects);
      const [ends, totals] = [executor.endsOf(told.id), executor.totalsOf(told.id)];
      try {
        const { leavesAtStart } = this.#stage;
        judge(ended, { written, exitCode, ends, totals, effects: ran, getsLost, leavesAtStart });
      } catch (error) {
        this.#tell(`command ${short(told.id)} was seen to end as ${JSON.stringify(ends)}`);
        throw error;
      }
    }
  }

  /** One more sweep, as every worker does now and then, leaves nothing outside the record. */
  async #leaveNothing(directory: string): Promise<void> {
    await this.#stopAll();
    const { plane, clock } = this.#stage.behind;
    const executor = this.#witness();
    const log = { info: () => undefined, warn: () => undefined };
    const executors = executorsByKind(new Map([['scripted', executor]]));
    await sweep({ feed: this.#feed, executors, clock, random: () => 0, log }, never);
    assert.deepEqual(await executor.list(never), [], 'the executor lists what a sweep has left');
    const ids = this.#commands.map(({ told }) => told.id);
    assert.deepEqual(await this.#stage.leftovers(directory, ids), [], 'something is left outside the record');
    const leased = await plane.store.read(({ commands }) => commands.leased());
    assert.deepEqual(leased, [], 'a lease is left');
    for (const { told } of this.#commands) await told.askForAll();
  }

  #end(hand: Hand, how: 'die' | 'stop'): void {
    const at = this.#hands.indexOf(hand);
    if (at >= 0) this.#hands.splice(at, 1);
    hand.line.tell(how === 'die' ? 'dies' : 'is stopped');
    if (how === 'die') hand.line.die();
    this.#ending.push(hand.worker.stop());
  }

  /** Stops whoever is left, and turns the clock until all have stopped. */
  async #stopAll(): Promise<void> {
    this.#weather.faultiness = 0;
    this.#over.abort(new Error('the schedule is over'));
    for (const hand of this.#hands.splice(0)) this.#end(hand, 'stop');
    let stopped = false;
    const all = Promise.all([...this.#ending, ...this.#weather.strays]).then(() => (stopped = true));
    for (let turns = 0; !stopped; turns++) {
      assert.ok(turns < 10_000, 'a worker that was stopped does not end');
      await this.#stage.settled();
      await this.#stage.pass(1, true);
    }
    await all;
  }

  /** Whoever has heard the end asks again only now and then. */
  async #askAll(): Promise<void> {
    for (const { told } of this.#commands) {
      if (told.ended === undefined || this.#dice.chance(0.2)) await told.ask();
    }
  }

  #witness(): Witness {
    assert.ok(this.#executor !== undefined);
    return this.#executor;
  }

  #tell(words: string): void {
    this.#weather.story.push(`${String(this.#stage.clock.monotonicMs()).padStart(8)} ms  ${words}`);
  }
}

async function linesOf(path: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').length - 1;
}
