import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Command, isTerminal } from '../../src/core/command.ts';
import type { CommandEvent } from '../../src/core/event.ts';
import { addMs, type Instant } from '../../src/core/instant.ts';
import { acceptCommand, transition } from '../../src/core/transition.ts';
import { facts, output, start, token, worker } from './sample-command.ts';

// Mostly the same token, and endings that are rare: otherwise hardly a walk would get beyond the first phases.
const tokens = fc.integer({ min: 0, max: 9 }).map((n) => token(n < 8 ? 0 : n));
const at = fc.integer({ min: 0, max: 90_000 }).map((ms) => addMs(start, ms));
const exits = fc.record({
  type: fc.constant('exited' as const),
  exitCode: fc.integer({ min: 0, max: 255 }),
  cause: fc.constantFrom('exit' as const, 'stop' as const, 'timeout' as const),
  startedAt: at,
  finishedAt: at,
});
const finals = fc.oneof(
  { arbitrary: exits, weight: 5 },
  fc.record({ type: fc.constant('killed' as const), reason: fc.constant('OOMKilled'), message: fc.string() }),
  fc.record({ type: fc.constant('refused' as const), reason: fc.constant('CouldNotStart'), message: fc.string() }),
  fc.constant({ type: 'neverStarted' as const }),
  fc.record({ type: fc.constant('lost' as const), reason: fc.constant('WorkerLost'), message: fc.string() }),
  fc.record({ type: fc.constant('undead' as const), message: fc.string() }),
);
const events: fc.Arbitrary<CommandEvent> = fc.oneof(
  fc.record({
    type: fc.constant('claim' as const),
    workerId: fc.integer({ min: 0, max: 2 }).map(worker),
    token: tokens,
    expiresAt: at,
  }),
  fc.record({ type: fc.constant('renew' as const), token: tokens, expiresAt: at }),
  fc.record({ type: fc.constant('dropLease' as const), token: tokens, workerDied: fc.boolean() }),
  fc.constant({ type: 'expireLease' as const }),
  fc.record({ type: fc.constant('launch' as const), token: tokens }),
  fc.record({
    type: fc.constant('pending' as const),
    token: tokens,
    reason: fc.constant('ImagePullBackOff'),
    message: fc.string(),
  }),
  fc.record({
    type: fc.constant('admit' as const),
    token: tokens,
    means: fc.constantFrom('pod/1', 'pod/2'),
  }),
  fc.record({ type: fc.constant('start' as const), token: tokens, startedAt: at }),
  fc.record({ type: fc.constant('end' as const), token: tokens, observation: finals, output: fc.constant(output) }),
  fc.record({
    type: fc.constant('requestStop' as const),
    cause: fc.constantFrom(
      'cancel' as const,
      'runCommandDisabled' as const,
      'outputLimit' as const,
      'startTimeout' as const,
      'timeout' as const,
    ),
  }),
  fc.constant({ type: 'expireQueue' as const }),
);
const walks = fc.array(fc.tuple(events, at), { minLength: 20, maxLength: 60, size: 'max' });

interface Step {
  readonly before: Command;
  readonly event: CommandEvent;
  readonly now: Instant;
  readonly after: Command;
}

/** Walks from the queue on, and gives each step that was taken. */
function* walk(moves: readonly (readonly [CommandEvent, Instant])[]): Generator<Step> {
  let before: Command = acceptCommand(facts);
  for (const [event, now] of moves) {
    const moved = transition(before, event, now);
    if (!moved.ok) continue;
    yield { before, event, now, after: moved.command };
    before = moved.command;
  }
}

const runs = { numRuns: 3000, seed: 20_261_123 };

describe('transition(), on random walks', () => {
  test('never leaves a terminal phase', () => {
    fc.assert(
      fc.property(walks, (moves) => {
        for (const { before } of walk(moves)) assert.equal(isTerminal(before), false);
      }),
      runs,
    );
  });

  test('enters launching at most once, and never goes back to the queue from there', () => {
    fc.assert(
      fc.property(walks, (moves) => {
        let launches = 0;
        for (const { before, after } of walk(moves)) {
          if (before.phase !== 'launching' && after.phase === 'launching') launches += 1;
          if (launches > 0)
            assert.ok(!['accepted', 'claimed'].includes(after.phase), `${before.phase} → ${after.phase}`);
        }
        assert.ok(launches <= 1);
      }),
      runs,
    );
  });

  test('obeys no worker without the present lease', () => {
    fc.assert(
      fc.property(walks, (moves) => {
        for (const { before, event } of walk(moves)) {
          if (!('token' in event) || event.type === 'claim') continue;
          assert.ok('lease' in before && before.lease.token === event.token, `${event.type} in ${before.phase}`);
        }
      }),
      runs,
    );
  });

  test('never changes the means of a launch once it was admitted to them', () => {
    let admissions = 0;
    fc.assert(
      fc.property(walks, (moves) => {
        for (const { before, event, after } of walk(moves)) {
          if (before.phase !== 'launching' || after.phase !== 'launching') {
            assert.ok(!('means' in after), `${before.phase} → ${after.phase}`);
          } else if (before.means !== undefined) {
            assert.equal(after.means, before.means, event.type);
          } else if (after.means !== undefined) {
            assert.equal(event.type, 'admit');
            admissions += 1;
          }
        }
      }),
      { ...runs, numRuns: 20_000 },
    );
    assert.ok(admissions > 100, `only ${admissions} walks were admitted`);
  });

  test('takes a lease from nobody before it has run out', () => {
    fc.assert(
      fc.property(walks, (moves) => {
        for (const { before, event, now } of walk(moves)) {
          if (event.type === 'claim' && 'lease' in before) assert.ok(before.lease.expiresAt <= now);
        }
      }),
      runs,
    );
  });

  test('claims nothing that has waited too long', () => {
    fc.assert(
      fc.property(walks, (moves) => {
        for (const { before, event, now } of walk(moves)) {
          if (event.type === 'claim' && before.phase === 'accepted') assert.ok(now < facts.queueDeadline);
        }
      }),
      runs,
    );
  });

  test('says completed only for an exit that was recorded before any signal', () => {
    fc.assert(
      fc.property(walks, (moves) => {
        for (const { event, after } of walk(moves)) {
          if (after.phase !== 'completed') continue;
          assert.ok(event.type === 'end' && event.observation.type === 'exited');
          assert.equal(event.observation.cause, 'exit');
          assert.equal(after.exitCode, event.observation.exitCode);
        }
      }),
      runs,
    );
  });

  test('says cancelled only when somebody cancelled and nothing can run any more', () => {
    fc.assert(
      fc.property(walks, (moves) => {
        let cancelled = false;
        for (const { before, event, after } of walk(moves)) {
          if (event.type === 'requestStop' && event.cause === 'cancel') cancelled = true;
          if (after.phase !== 'cancelled') continue;
          assert.ok(cancelled);
          if (['accepted', 'claimed'].includes(before.phase)) continue;
          assert.ok(event.type === 'end');
          assert.ok(['exited', 'killed', 'neverStarted', 'refused'].includes(event.observation.type));
        }
      }),
      runs,
    );
  });

  test('says "never ran" of nothing that is known to have started', () => {
    fc.assert(
      fc.property(walks, (moves) => {
        for (const { after } of walk(moves)) {
          if (after.phase !== 'failed' || after.startedAt === undefined) continue;
          assert.doesNotMatch(after.failure.message, /never ran/);
        }
      }),
      runs,
    );
  });

  test('raises the revision by one with each change, and changes nothing else where it refuses', () => {
    fc.assert(
      fc.property(walks, (moves) => {
        for (const { before, after } of walk(moves)) {
          if (after !== before) assert.equal(after.revision, before.revision + 1);
          assert.equal(after.facts, before.facts);
        }
      }),
      runs,
    );
  });

  test('takes exactly the edges that docs/lifecycle.md draws', () => {
    const seen = new Set(['[*] --> accepted']);
    fc.assert(
      fc.property(walks, (moves) => {
        for (const { before, after } of walk(moves)) seen.add(`${before.phase} --> ${after.phase}`);
      }),
      { ...runs, numRuns: 20_000 },
    );
    const page = readFileSync(new URL('../../docs/lifecycle.md', import.meta.url), 'utf8');
    const drawn = [...page.matchAll(/^ {2}(\S+ --> \w+):/gm)].map(([, edge]) => edge);
    assert.ok(drawn.length > 10, 'the diagram was not found');
    assert.deepEqual(seen, new Set(drawn));
  });
});
