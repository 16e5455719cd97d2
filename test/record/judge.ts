import assert from 'node:assert/strict';
import type { TerminalCommand } from '../../src/core/command.ts';
import type { FinalObservation } from '../../src/core/observation.ts';

/** All that is known about how a command really went. */
export interface Truth {
  /** All that it writes if nothing ends it early. */
  readonly written: Uint8Array;
  /** How it exits if nothing ends it early; `undefined` for one that does not exit. */
  readonly exitCode: number | undefined;
  /** How often it was carried out; `undefined` for one that leaves no trace of that. */
  readonly effects: number | undefined;
  /** Whether it is one of which nobody can know what became of it. */
  readonly getsLost: boolean;
  /** Whether one that has started was carried out, however early it was stopped. */
  readonly leavesAtStart: boolean;
  /** What the executor itself said of its end. */
  readonly ends: readonly FinalObservation[];
  /** What the executor itself said its whole output was. */
  readonly totals: readonly number[];
}

/** The failures that say it never ran. `docs/errors.md` has their words. */
const neverRan = new Set([
  'QueueTimeout',
  'StartTimeout',
  'CouldNotStart',
  'AttemptsExhausted',
  'InvalidScript',
  'Unschedulable',
]);

/** The failures that leave it open whether it ran. */
const mayHaveRun = new Set(['WorkerLost', 'StopIncomplete']);

/** How often a command that ended so may have been carried out, at the least and at the most. */
function effectsSaid(command: TerminalCommand): readonly [number, number] {
  switch (command.phase) {
    case 'completed':
      return [1, 1];
    case 'cancelled':
      return command.startedAt === undefined ? [0, 0] : [1, 1];
    case 'failed':
      if (mayHaveRun.has(command.failure.reason)) return [0, 1];
      if (neverRan.has(command.failure.reason)) return [0, 0];
      return command.startedAt === undefined ? [0, 0] : [1, 1];
  }
}

/** Holds how a command ended by the record against how it went. @throws {AssertionError} */
export function judge(command: TerminalCommand, truth: Truth): void {
  const { effects } = truth;
  assert.ok(effects === undefined || effects <= 1, `it was carried out ${effects} times`);
  const [said, most] = effectsSaid(command);
  const least = truth.leavesAtStart || command.phase === 'completed' ? said : 0;
  if (effects !== undefined) {
    const words = JSON.stringify('failure' in command ? command.failure : command.phase);
    assert.ok(effects >= least && effects <= most, `it was carried out ${effects} times, and the record says ${words}`);
  }
  if (command.phase === 'failed' && command.failure.reason === 'WorkerLost') {
    assert.ok(truth.getsLost, 'it is lost, though nothing but Longarm itself could have lost it');
  }
  judgeExit(command, truth);
  judgeOutput(command, truth);
}

function judgeExit(command: TerminalCommand, { exitCode, ends }: Truth): void {
  if (command.phase === 'completed') {
    assert.equal(command.exitCode, exitCode, 'it is completed with an exit code that is not its own');
    const recorded = ends.some((end) => end.type === 'exited' && end.cause === 'exit' && end.exitCode === exitCode);
    assert.ok(recorded, 'it is completed, and nobody saw that exit');
  }
  if (command.phase === 'cancelled') {
    const proven = ends.length === 0 || ends.some((end) => end.type !== 'lost' && end.type !== 'undead');
    assert.ok(proven, 'it is cancelled, and nobody knows that it is dead');
  }
  const told = 'exitCode' in command ? command.exitCode : undefined;
  const seen = ends.some((end) => 'exitCode' in end && end.exitCode === told);
  assert.ok(told === undefined || seen, `it has the exit code ${told}, which nobody saw`);
}

function judgeOutput(command: TerminalCommand, { written, ends, totals }: Truth): void {
  const { complete, storedBytes, totalBytes } = command.output;
  assert.ok(storedBytes <= totalBytes && totalBytes <= written.length, 'more is stored or told than was written');
  if (!complete) return;
  assert.equal(storedBytes, totalBytes, 'an output of which something is missing is called complete');
  const whole = storedBytes === 0 || totals.includes(storedBytes);
  assert.ok(whole, 'an output is called complete, and nobody has read it to its end');
  const exited = storedBytes === 0 || ends.some(({ type }) => type === 'exited');
  assert.ok(exited, 'an output is called complete, and no exit was recorded');
  if (command.phase !== 'completed') return;
  assert.equal(storedBytes, written.length, 'an output of which something is missing is called complete');
}
