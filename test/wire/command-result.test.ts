import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Schema from 'typebox/schema';
import type { Accepted, Cancelled, Command, Completed, Failed, Launching, Running } from '../../src/core/command.ts';
import { noOutput } from '../../src/core/command.ts';
import { commandResultSchema } from '../../src/wire/command-result-schema.ts';
import {
  type CommandResultView,
  commandStatusCode,
  type ResultStyle,
  toCommandResult,
} from '../../src/wire/command-result.ts';
import { at, exampleId, facts, lease, sealed } from './commands.ts';

const reference: ResultStyle = { stateCase: 'lower', extensions: false };
const plain: ResultStyle = { stateCase: 'capitalised', extensions: false };
const full: ResultStyle = { stateCase: 'capitalised', extensions: true };

const kept = { facts: facts(), revision: 4, attempts: 0 };
const accepted: Accepted = { ...kept, phase: 'accepted' };
const launching: Launching = {
  ...kept,
  phase: 'launching',
  lease,
  launchedAt: at('2021-02-17T00:28:19Z'),
  startDeadline: at('2021-02-17T00:33:19Z'),
};
const running: Running = {
  ...kept,
  phase: 'running',
  lease,
  launchedAt: at('2021-02-17T00:28:19Z'),
  startedAt: at('2021-02-17T00:28:20.900Z'),
};
const completed: Completed = {
  ...kept,
  phase: 'completed',
  startedAt: at('2021-02-17T00:28:20.900Z'),
  finishedAt: at('2021-02-17T00:28:33.100Z'),
  exitCode: 0,
  output: sealed(23),
};
const failed: Failed = {
  ...kept,
  phase: 'failed',
  failure: { reason: 'ImagePullBackoff', message: '' },
  finishedAt: at('2021-02-17T00:28:33Z'),
  output: noOutput,
};
const cancelled: Cancelled = { ...kept, phase: 'cancelled', finishedAt: at('2021-02-17T00:28:33Z'), output: noOutput };

const logs = { text: 'namespace dummy created', replacedBytes: 0, truncated: false };

/** Compares by value and by the order of keys. */
function assertWritten(view: CommandResultView, style: ResultStyle, expected: string): void {
  assert.equal(JSON.stringify(toCommandResult(view, style)), expected);
}

const body = (properties: string) => `{"id":"${exampleId}","properties":{${properties}}}`;

describe('toCommandResult()', () => {
  test('the API reference’s succeeded example is reproduced', () => {
    assertWritten(
      { command: completed, logs, storedBytes: 23 },
      reference,
      '{"id":"def7b3ea71bd4f7e9d226ddbc0f00ad9","properties":{"provisioningState":"succeeded","exitCode":0,"startedAt":"2021-02-17T00:28:20Z","finishedAt":"2021-02-17T00:28:33Z","logs":"namespace dummy created"}}',
    );
  });

  test('the API reference’s failed example is reproduced', () => {
    assertWritten(
      { command: failed, logs: { ...logs, text: '' }, storedBytes: 0 },
      reference,
      '{"id":"def7b3ea71bd4f7e9d226ddbc0f00ad9","properties":{"provisioningState":"failed","reason":"ImagePullBackoff"}}',
    );
  });

  for (const [phase, command] of [
    ['accepted', accepted],
    ['claimed', { ...kept, phase: 'claimed', lease }],
    ['launching', launching],
  ] as const satisfies readonly (readonly [string, Command])[]) {
    test(`a command that is ${phase} is Running, without a start`, () => {
      assertWritten({ command, storedBytes: 0 }, plain, body('"provisioningState":"Running"'));
    });
  }

  test('a running command tells when it started, and shows no logs before its end', () => {
    const view = { command: running, logs, storedBytes: 23 };
    assertWritten(view, plain, body('"provisioningState":"Running","startedAt":"2021-02-17T00:28:20Z"'));
  });

  test('why a command does not start is told live, the platform’s word first', () => {
    const pending = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' };
    assertWritten(
      { command: { ...launching, pending }, storedBytes: 0 },
      plain,
      body('"provisioningState":"Running","reason":"ImagePullBackOff: Back-off pulling image \\"x\\""'),
    );
  });

  test('what the platform noted is told while a command does not start, and with its end', () => {
    const noted = { reason: 'Failed', message: 'no such image', count: 4 };
    const events = [{ at: at('2021-02-17T00:28:21.250Z'), ...noted }];
    const shown = [{ at: '2021-02-17T00:28:21.250Z', ...noted }];
    for (const command of [
      { ...launching, events },
      { ...completed, events },
    ]) {
      const { longarm } = toCommandResult({ command, storedBytes: 0 }, full).properties;
      assert.deepEqual(longarm?.events, shown);
    }
    assert.equal(toCommandResult({ command: launching, storedBytes: 0 }, full).properties.longarm?.events, undefined);
  });

  test('a command in the queue tells how many are before it', () => {
    const view = { command: accepted, queuePosition: 3, storedBytes: 0 };
    const { reason, longarm } = toCommandResult(view, full).properties;
    assert.equal(reason, 'Queued: 3 commands of this cluster are before it.');
    assert.equal(longarm?.queuePosition, 3);
  });

  test('a non-zero exit is Succeeded with its code', () => {
    const { provisioningState, exitCode, reason } = toCommandResult(
      { command: { ...completed, exitCode: 7 }, logs, storedBytes: 23 },
      plain,
    ).properties;
    assert.deepEqual([provisioningState, exitCode, reason], ['Succeeded', 7, undefined]);
  });

  test('in strict mode a non-zero exit is Failed, with the code, the times and the logs kept', () => {
    const command: Command = { ...completed, facts: facts({ strict: true }), exitCode: 7 };
    assertWritten(
      { command, logs, storedBytes: 23 },
      plain,
      body(
        '"provisioningState":"Failed","exitCode":7,"startedAt":"2021-02-17T00:28:20Z","finishedAt":"2021-02-17T00:28:33Z","logs":"namespace dummy created","reason":"CommandFailed: exit code 7"',
      ),
    );
  });

  test('in strict mode exit 0 stays Succeeded', () => {
    const command: Command = { ...completed, facts: facts({ strict: true }) };
    assert.equal(toCommandResult({ command, logs, storedBytes: 23 }, full).properties.provisioningState, 'Succeeded');
  });

  test('a failure that ran keeps its exit code, times and logs', () => {
    const command: Command = {
      ...failed,
      failure: { reason: 'TimedOut', message: 'It ran into its limit.' },
      startedAt: at('2021-02-17T00:28:20Z'),
      exitCode: 143,
      output: sealed(23),
    };
    assertWritten(
      { command, logs, storedBytes: 23 },
      plain,
      body(
        '"provisioningState":"Failed","exitCode":143,"startedAt":"2021-02-17T00:28:20Z","finishedAt":"2021-02-17T00:28:33Z","logs":"namespace dummy created","reason":"TimedOut: It ran into its limit."',
      ),
    );
  });

  test('a failure of unknown start shows the output that there is', () => {
    const command: Command = { ...failed, output: sealed(23, { complete: false }) };
    assert.equal(toCommandResult({ command, logs, storedBytes: 23 }, plain).properties.logs, logs.text);
  });

  test('a success whose output is not all there says so', () => {
    const command: Command = { ...completed, output: sealed(23, { totalBytes: 50, complete: false }) };
    const { provisioningState, reason } = toCommandResult({ command, logs, storedBytes: 23 }, plain).properties;
    assert.equal(provisioningState, 'Succeeded');
    assert.match(reason ?? '', /^OutputIncomplete: 23 of 50 bytes/);
  });

  test('a command that wrote nothing has empty logs, not none', () => {
    const view = { command: completed, logs: { ...logs, text: '' }, storedBytes: 0 };
    assert.equal(toCommandResult(view, plain).properties.logs, '');
  });

  test('Failed and Canceled carry an error beside the properties, in step with their reason', () => {
    const failure = { reason: 'QueueTimeout', message: 'It waited too long.' };
    const result = toCommandResult({ command: { ...failed, failure }, storedBytes: 0 }, full);
    assert.deepEqual(Object.keys(result), ['id', 'properties', 'error']);
    assert.deepEqual(result.error, { code: 'QueueTimeout', message: 'It waited too long.' });
    const stopped = toCommandResult({ command: cancelled, storedBytes: 0 }, full);
    assert.equal(stopped.properties.provisioningState, 'Canceled');
    assert.deepEqual(stopped.error, { code: 'Canceled', message: 'It was cancelled before it ran.' });
    const wordAlone = toCommandResult({ command: failed, storedBytes: 0 }, full);
    assert.deepEqual(wordAlone.error, { code: 'ImagePullBackoff', message: 'ImagePullBackoff' });
  });

  test('an unfinished or successful result has no error', () => {
    assert.equal(toCommandResult({ command: accepted, queuePosition: 0, storedBytes: 0 }, full).error, undefined);
    assert.equal(toCommandResult({ command: completed, logs, storedBytes: 23 }, full).error, undefined);
  });

  test('what Longarm adds stands under one key, whole', () => {
    const shown = { ...logs, replacedBytes: 2, truncated: true };
    const { longarm } = toCommandResult({ command: completed, logs: shown, storedBytes: 23 }, full).properties;
    assert.deepEqual(longarm, {
      phase: 'completed',
      totalBytes: 23,
      storedBytes: 23,
      truncated: true,
      sha256: 'ab'.repeat(32),
      complete: true,
      replacedBytes: 2,
      strict: false,
      submittedBy: { issuer: 'https://issuer', id: 'oid-1', name: 'pipeline' },
      times: {
        submittedAt: '2021-02-17T00:28:18.250Z',
        startedAt: '2021-02-17T00:28:20.900Z',
        finishedAt: '2021-02-17T00:28:33.100Z',
      },
    });
  });

  test('a stop that was asked for is seen while the command still runs', () => {
    const stop = {
      cause: 'cancel',
      requestedAt: at('2021-02-17T00:28:25Z'),
      deadline: at('2021-02-17T00:29:00Z'),
    } as const;
    const { longarm } = toCommandResult({ command: { ...running, stop }, storedBytes: 5 }, full).properties;
    assert.equal(longarm?.times.stopRequestedAt, '2021-02-17T00:28:25.000Z');
    assert.deepEqual([longarm.totalBytes, longarm.storedBytes, longarm.sha256], [5, 5, undefined]);
  });

  test('every phase keeps to the schema and shows no lease, and only ended ones answer 200', () => {
    const all: readonly Command[] = [
      accepted,
      { ...kept, phase: 'claimed', lease },
      launching,
      running,
      completed,
      failed,
      cancelled,
    ];
    for (const command of all) {
      const result = toCommandResult({ command, logs, queuePosition: 0, storedBytes: 0 }, full);
      assert.ok(Schema.Check(commandResultSchema, result), command.phase);
      assert.doesNotMatch(JSON.stringify(result), /secret-lease-token/);
      const isRunning = result.properties.provisioningState === 'Running';
      assert.equal(commandStatusCode(command), isRunning ? 202 : 200, 'never a terminal state in a 202 or the reverse');
    }
  });
});
