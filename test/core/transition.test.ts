import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Command } from '../../src/core/command.ts';
import type { CommandEvent } from '../../src/core/event.ts';
import { addMs } from '../../src/core/instant.ts';
import { acceptCommand, maxAttempts, transition } from '../../src/core/transition.ts';
import { facts, output, start, token, worker } from './sample-command.ts';

/** The command after these events, each of which must be taken. */
function after(...taken: readonly CommandEvent[]): Command {
  let command: Command = acceptCommand(facts);
  for (const event of taken) {
    const moved = transition(command, event, start);
    assert.ok(moved.ok, `${event.type} was refused in ${command.phase}`);
    command = moved.command;
  }
  return command;
}

const claim: CommandEvent = { type: 'claim', workerId: worker(1), token: token(1), expiresAt: addMs(start, 30_000) };
const launch: CommandEvent = { type: 'launch', token: token(1) };
const started: CommandEvent = { type: 'start', token: token(1), startedAt: start };
const cancel: CommandEvent = { type: 'requestStop', cause: 'cancel' };
const exited = (cause: 'exit' | 'stop' | 'timeout', exitCode: number): CommandEvent => ({
  type: 'end',
  token: token(1),
  observation: { type: 'exited', exitCode, cause, startedAt: start, finishedAt: addMs(start, 1000) },
  output,
});
const failed = (command: Command) => (command.phase === 'failed' ? command.failure.reason : command.phase);

describe('transition()', () => {
  test('a command that ended by itself while a cancel was on its way is completed', () => {
    const command = after(claim, launch, started, cancel, exited('exit', 0));
    assert.equal(command.phase, 'completed');
  });

  test('an exit of 137 without our signal is completed with 137', () => {
    const command = after(claim, launch, started, exited('exit', 137));
    assert.ok(command.phase === 'completed' && command.exitCode === 137);
  });

  test('a stop that nobody here asked for is no cancel', () => {
    assert.equal(failed(after(claim, launch, started, exited('stop', 143))), 'Terminated');
  });

  test('the first cause of a stop wins over later ones', () => {
    const tooMuch: CommandEvent = { type: 'requestStop', cause: 'outputLimit' };
    assert.equal(failed(after(claim, launch, started, tooMuch, cancel, exited('stop', 143))), 'OutputLimitExceeded');
  });

  test('a death that cannot be proven is no cancel', () => {
    const undead: CommandEvent = { type: 'end', token: token(1), observation: { type: 'undead', message: '' }, output };
    assert.equal(failed(after(claim, launch, started, cancel, undead)), 'StopIncomplete');
  });

  test('a start deadline that the platform explains bears the platform’s word', () => {
    const pending: CommandEvent = {
      type: 'pending',
      token: token(1),
      reason: 'ImagePullBackOff',
      message: 'no such image',
    };
    const late: CommandEvent = { type: 'requestStop', cause: 'startTimeout' };
    const never: CommandEvent = { type: 'end', token: token(1), observation: { type: 'neverStarted' }, output };
    assert.equal(failed(after(claim, launch, pending, late, never)), 'ImagePullBackOff');
    assert.equal(failed(after(claim, launch, late, never)), 'StartTimeout');
  });

  test('a command whose workers die before they launch it is tried three times and then failed', () => {
    const drop: CommandEvent = { type: 'dropLease', token: token(1), workerDied: true };
    const tries = Array.from({ length: maxAttempts - 1 }, () => [claim, drop]).flat();
    assert.equal(after(...tries).phase, 'accepted');
    assert.equal(failed(after(...tries, claim, drop)), 'AttemptsExhausted');
  });

  test('a command that workers give back unharmed is never failed for that', () => {
    const giveBack: CommandEvent = { type: 'dropLease', token: token(1), workerDied: false };
    const tries = Array.from({ length: maxAttempts + 2 }, () => [claim, giveBack]).flat();
    assert.equal(after(...tries).phase, 'accepted');
  });

  test('a launch that was admitted to means stays with them, and is admitted to no others', () => {
    const admit = (means: string, n = 1): CommandEvent => ({ type: 'admit', token: token(n), means });
    const launching = after(claim, launch, admit('pod/1'));
    assert.ok(launching.phase === 'launching' && launching.means === 'pod/1');
    assert.deepEqual(transition(launching, admit('pod/1'), start), { ok: true, command: launching });
    assert.deepEqual(transition(launching, admit('pod/2'), start), { ok: false, refusal: 'otherMeans' });
    const adopted = transition(launching, { ...claim, token: token(2) }, addMs(start, 30_000));
    assert.ok(adopted.ok && adopted.command.phase === 'launching' && adopted.command.means === 'pod/1');
    assert.deepEqual(transition(adopted.command, admit('pod/2', 2), start), { ok: false, refusal: 'otherMeans' });
  });

  test('what was noted while it did not start stays with a command that never did, cut to what a person reads', () => {
    const noted = Array.from({ length: 25 }, (_, n) => ({
      at: start,
      reason: 'Failed',
      message: `${n}${'\u{1F433}'.repeat(1000)}`,
      count: 1,
    }));
    const pending = { type: 'pending', token: token(1), reason: 'ErrImagePull', message: 'no image' } as const;
    const never: CommandEvent = { type: 'end', token: token(1), observation: { type: 'neverStarted' }, output };
    const late: CommandEvent = { type: 'requestStop', cause: 'startTimeout' };
    const ended = after(claim, launch, { ...pending, events: noted }, pending, late, never);
    assert.ok(ended.phase === 'failed' && ended.events?.length === 20);
    assert.match(ended.events[0]?.message ?? '', /^5.*…$/u);
    for (const { message } of ended.events) assert.ok(message.length <= 1024 && message.isWellFormed());
  });

  test('only the holder of the lease is admitted, and only to begin', () => {
    const admit: CommandEvent = { type: 'admit', token: token(1), means: 'pod/1' };
    const stale: CommandEvent = { ...admit, token: token(2) };
    assert.deepEqual(transition(after(claim, launch), stale, start), { ok: false, refusal: 'staleLease' });
    assert.deepEqual(transition(after(), admit, start), { ok: false, refusal: 'staleLease' });
    assert.deepEqual(transition(after(claim), admit, start), { ok: false, refusal: 'wrongPhase' });
    const running = after(claim, launch, admit, started);
    assert.ok(!('means' in running));
    assert.deepEqual(transition(running, admit, start), { ok: false, refusal: 'wrongPhase' });
    const ended = after(claim, launch, admit, started, exited('exit', 0));
    assert.deepEqual(transition(ended, admit, start), { ok: false, refusal: 'terminal' });
  });

  test('whoever adopts a launch has the whole start limit for it', () => {
    const late = addMs(start, facts.startMs + 60_000);
    const launching = after(claim, launch);
    const adopted = transition(launching, { ...claim, token: token(2) }, late);
    assert.ok(adopted.ok && adopted.command.phase === 'launching');
    assert.equal(adopted.command.startDeadline, addMs(late, facts.startMs));
  });

  test('a command that began is never said not to have run', () => {
    const late: CommandEvent = { type: 'requestStop', cause: 'startTimeout' };
    const command = after(claim, launch, late, exited('stop', 143));
    assert.ok(command.phase === 'failed' && command.startedAt !== undefined);
    assert.equal(command.failure.reason, 'StartNotSeen');
    assert.doesNotMatch(command.failure.message, /never ran/);
  });

  test('nothing but a refusal ends a command that was only claimed', () => {
    const claimed = after(claim);
    assert.deepEqual(transition(claimed, exited('exit', 0), start), { ok: false, refusal: 'wrongPhase' });
  });
});
