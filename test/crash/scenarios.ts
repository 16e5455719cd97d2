import assert from 'node:assert/strict';
import { setTimeout as pass } from 'node:timers/promises';
import { ArmError } from '../../src/client/arm-error.ts';
import type { CommandRef } from '../../src/client/session.ts';
import { assertCompleted, assertSame, outputOf, runsAreGone, type Trial } from './crash-trial.ts';
import type { CrashingServer } from './crashing-server.ts';

/** How often a client asks whether a command runs: a held poll hears only of the end. */
const askAgainMs = 20;

/** A command that was submitted already; its answer may come only from a later life of the server. */
type Prepared = { readonly submitted?: Promise<CommandRef> };

/** A way through crash points. */
export interface Scenario {
  readonly name: string;
  /** Makes ready what comes before the point is armed; may leave the server dead. */
  prepare(server: CrashingServer, trial: Trial): Promise<Prepared>;
  /** Passes the points, through whatever crash. Answers when all of it is over. */
  act(server: CrashingServer, trial: Trial, prepared: Prepared): Promise<CommandRef>;
  /** Asserts what must be true then, wherever the crash was. */
  verify(server: CrashingServer, trial: Trial, ref: CommandRef): Promise<void>;
}

async function isRunning(server: CrashingServer, ref: CommandRef): Promise<void> {
  const client = server.client();
  for (;;) {
    const { finished, result } = await client.result(ref);
    if (finished || result.properties.startedAt !== undefined) return;
    await pass(askAgainMs);
  }
}

async function toItsEnd(server: CrashingServer, trial: Trial, ref: CommandRef): Promise<CommandRef> {
  await isRunning(server, ref);
  trial.letEnd();
  await server.client().waitForEnd(ref);
  await runsAreGone(server);
  // An answer more: what was under way when the last directory went is over by then.
  await server.client().result(ref);
  return ref;
}

function given({ submitted }: Prepared): Promise<CommandRef> {
  assert.ok(submitted);
  return submitted;
}

/** Submits a command, and has the server die at a crash point before it has ended. */
async function submittedAndLeft(server: CrashingServer, trial: Trial, point: string): Promise<Prepared> {
  server.arm(point);
  const submitted = trial.submit();
  await server.ended;
  server.arm(undefined);
  return { submitted };
}

/** The ways of a command through the server. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'submitted, run and read',
    prepare: async () => ({}),
    act: async (server, trial) => toItsEnd(server, trial, await trial.submit()),
    verify: (server, trial, ref) => assertCompleted(server, ref, trial),
  },
  {
    name: 'adopted before anything was made',
    prepare: (server, trial) => submittedAndLeft(server, trial, 'after commit launching'),
    act: async (server, trial, prepared) => toItsEnd(server, trial, await given(prepared)),
    verify: (server, trial, ref) => assertCompleted(server, ref, trial),
  },
  {
    name: 'adopted while it runs',
    prepare: (server, trial) => submittedAndLeft(server, trial, 'after commit running'),
    act: async (server, trial, prepared) => toItsEnd(server, trial, await given(prepared)),
    verify: (server, trial, ref) => assertCompleted(server, ref, trial),
  },
  {
    name: 'cancelled while it runs',
    prepare: async (server, trial) => {
      const ref = await trial.submit();
      await trial.hasBegun();
      await isRunning(server, ref);
      // What it has printed by now is stored before the trial begins.
      await server.client().followOutput(ref).next();
      return { submitted: Promise.resolve(ref) };
    },
    act: async (server, _trial, prepared) => {
      const ref = await given(prepared);
      await server.client().cancel(ref);
      await server.client().waitForEnd(ref);
      await runsAreGone(server);
      return ref;
    },
    verify: async (server, trial, ref) => {
      const result = await server.client().waitForEnd(ref);
      assert.equal(result.properties.provisioningState, 'Canceled');
      assert.equal(trial.effects(), 1);
      assert.equal(await outputOf(server, ref), 'first line\r\nsecond\0line\n');
      await assertSame(server, ref, result);
    },
  },
  {
    name: 'deleted',
    prepare: async (server, trial) => {
      const ref = await toItsEnd(server, trial, await trial.submit());
      return { submitted: Promise.resolve(ref) };
    },
    act: async (server, _trial, prepared) => {
      const ref = await given(prepared);
      await server.client().deleteResult(ref);
      return ref;
    },
    verify: async (server, trial, ref) => {
      const isGone = (error: unknown) => error instanceof ArmError && error.status === 404;
      await assert.rejects(server.client().result(ref), isGone);
      assert.equal(trial.effects(), 1);
    },
  },
];
