import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { whoEndedIt, whoRemovedIt } from '../../../src/executors/kubernetes/reasons/doomed.ts';
import type { Pod, PodEvent } from '../../../src/executors/kubernetes/reasons/pod-shape.ts';
import { seen } from './seen.ts';

describe('whoEndedIt', () => {
  const cases: readonly (readonly [name: string, reason: string | undefined, text: RegExp])[] = [
    ['deadline-stopping', 'DeadlineExceeded', /^Pod was active on the node longer than the specified deadline\./],
    ['evicted-stopping', 'Evicted', /^Eviction API: evicting\./],
    ['preempted-stopping', 'Preempted', /^default-scheduler: preempting to accommodate a higher priority pod\./],
    ['deleted-stopping', 'PodDeleted', /kubectl/],
    ['taint-manager', 'DeletionByTaintManager', /^Taint manager: deleting due to NoExecute taint\./],
    ['node-silent', 'NodeNotReady', /^Node is not ready\. .*may still run/],
    ['spool-evicted', 'Evicted', /^Usage of EmptyDir volume "longarm" exceeds the limit "1Mi"\./],
    ['running', undefined, /^$/],
    ['oom', undefined, /^$/],
  ];
  for (const [name, reason, text] of cases) {
    test(`says ${reason ?? 'nothing'} of ${name}, as Kubernetes 1.34.4 showed it`, () => {
      const { pod, events } = seen(name);
      const who = whoEndedIt(pod, events);
      assert.equal(who?.reason, reason);
      assert.match(who?.message ?? '', text);
    });
  }

  function word(status: Pod['status'], events: readonly PodEvent[] = []): string | undefined {
    return whoEndedIt(status === undefined ? {} : { status }, events)?.reason;
  }

  test('a node’s shutdown has one word, whatever the kubelet’s version calls it', () => {
    for (const reason of ['Terminated', 'Shutdown', 'NodeShutdown']) {
      assert.equal(
        word({ phase: 'Failed', reason, message: 'Pod was terminated in response to imminent node shutdown.' }),
        'NodeShutdown',
      );
    }
  });

  test('what the kubelet ended is told apart by its sentence', () => {
    const by = (message: string): string | undefined =>
      word({ conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message }] });
    assert.equal(by('Pod was terminated in response to imminent node shutdown.'), 'NodeShutdown');
    assert.equal(by('Preempted in order to admit critical pod'), 'Preempted');
    assert.equal(by('The node was low on resource: memory.'), 'Evicted');
  });

  test('a disruption that was called off is none', () => {
    assert.equal(
      word({ conditions: [{ type: 'DisruptionTarget', status: 'False', reason: 'PreemptionByScheduler' }] }),
      undefined,
    );
    assert.equal(word({}, [{ reason: 'TaintManagerEviction', message: 'Cancelling deletion of Pod x/y' }]), undefined);
    assert.equal(
      word({}, [{ reason: 'TaintManagerEviction', message: 'Marking for deletion Pod x/y' }]),
      'DeletionByTaintManager',
    );
  });

  test('a disruption that nobody knows keeps its own word', () => {
    assert.equal(
      word({ conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByFleet' }] }),
      'DeletionByFleet',
    );
  });

  test('a node that came back is not told of', () => {
    const silent: PodEvent = {
      reason: 'NodeNotReady',
      message: 'Node is not ready',
      lastTimestamp: '2026-01-01T00:01:00Z',
    };
    assert.equal(word({}, [silent]), 'NodeNotReady');
    assert.equal(word({ conditions: [{ type: 'Ready', status: 'True' }] }, [silent]), undefined);
    assert.equal(word({}, [{ reason: 'Started', lastTimestamp: '2026-01-01T00:02:00Z' }, silent]), undefined);
  });
});

describe('whoRemovedIt', () => {
  test('says PodDeleted of a pod that went without a word', () => {
    assert.equal(whoRemovedIt(undefined, []).reason, 'PodDeleted');
    const { pod, events } = seen('running');
    assert.equal(whoRemovedIt(pod, events).reason, 'PodDeleted');
  });

  for (const [name, reason] of [
    ['evicted-stopping', 'Evicted'],
    ['deleted-at-once', 'PodDeleted'],
    ['node-gone', 'DeletionByPodGC'],
  ] as const) {
    test(`says ${reason} where ${name} was the last that was seen of it`, () => {
      const { pod, events } = seen(name);
      assert.equal(whoRemovedIt(pod, events).reason, reason);
    });
  }
});
