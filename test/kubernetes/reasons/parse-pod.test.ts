import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { whoEndedIt } from '../../../src/executors/kubernetes/reasons/doomed.ts';
import { judgePod } from '../../../src/executors/kubernetes/reasons/judge-pod.ts';
import { parsePod, parsePodEvent } from '../../../src/executors/kubernetes/reasons/parse-pod.ts';

describe('parsePod and parsePodEvent', () => {
  test('leave out what is null, missing or of another type', () => {
    const pod = parsePod({
      metadata: { uid: 7, deletionTimestamp: '', creationTimestamp: null, managedFields: null },
      spec: { nodeSelector: { a: 'b', n: 1, o: {} }, containers: [null, { name: 'command' }] },
      status: { conditions: [{ type: 'Ready', status: true }], containerStatuses: 'none' },
    });
    assert.deepEqual(pod, {
      metadata: {},
      spec: { nodeSelector: { a: 'b', n: '1' }, containers: [{ name: 'command' }] },
      status: { conditions: [{ type: 'Ready' }] },
    });
  });

  test('read an event of events.k8s.io as one of core', () => {
    const event = parsePodEvent({
      reason: 'X',
      note: 'the note',
      deprecatedCount: 3,
      series: { lastObservedTime: 't' },
    });
    assert.deepEqual(event, { reason: 'X', message: 'the note', count: 3, series: { lastObservedTime: 't' } });
  });

  test('what is no object is a pod of which nothing is known', () => {
    for (const value of [null, undefined, 'x', 3, []]) {
      assert.deepEqual(parsePod(value), {});
      assert.deepEqual(parsePodEvent(value), {});
    }
  });

  test('no JSON whatever makes a verdict throw', () => {
    const leaf = fc.oneof(
      fc.constantFrom('Failed', 'Pending', 'False', 'True', 'PodScheduled', 'DisruptionTarget', 'command', 'OOMKilled'),
      fc.constantFrom(
        'ErrImagePull',
        'StartError',
        'constructor',
        '__proto__',
        '2026-01-01T00:00:00Z',
        '0001-01-01T00:00:00Z',
      ),
      fc.constantFrom(null, '', 0, 137, true),
    );
    const state = fc.dictionary(
      fc.constantFrom('waiting', 'running', 'terminated'),
      fc.dictionary(fc.constantFrom('reason', 'message', 'exitCode', 'startedAt', 'finishedAt'), leaf),
    );
    const status = fc.record(
      { name: leaf, state: fc.oneof(state, leaf), lastState: fc.oneof(state, leaf), restartCount: leaf },
      { requiredKeys: [] },
    );
    const condition = fc.dictionary(fc.constantFrom('type', 'status', 'reason', 'message', 'lastTransitionTime'), leaf);
    const pod = fc.record(
      {
        metadata: fc.dictionary(fc.constantFrom('uid', 'creationTimestamp', 'deletionTimestamp'), leaf),
        status: fc.record(
          {
            phase: leaf,
            reason: leaf,
            startTime: leaf,
            conditions: fc.oneof(fc.array(condition), leaf),
            containerStatuses: fc.oneof(fc.array(status), leaf),
            initContainerStatuses: fc.oneof(fc.array(status), leaf),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    );
    const event = fc.dictionary(fc.constantFrom('reason', 'message', 'firstTimestamp', 'lastTimestamp'), leaf);
    fc.assert(
      fc.property(pod, fc.array(event), fc.nat(400_000), (podJson, eventsJson, pendingMs) => {
        const sight = { pod: parsePod(podJson), events: eventsJson.map(parsePodEvent), pendingMs };
        const verdict = judgePod({ ...sight, commandContainer: 'command' });
        if (verdict.type !== 'nothing') assert.ok(verdict.reason !== '' && verdict.message !== '');
        whoEndedIt(sight.pod, sight.events);
      }),
      { numRuns: 2000 },
    );
  });
});
