import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgePod } from '../../../src/executors/kubernetes/reasons/judge-pod.ts';
import type {
  ContainerStatus,
  Pod,
  PodEvent,
  Terminated,
} from '../../../src/executors/kubernetes/reasons/pod-shape.ts';
import type { PodVerdict } from '../../../src/executors/kubernetes/reasons/pod-verdict.ts';
import { seen } from './seen.ts';

/** A verdict without its message. */
function told(verdict: PodVerdict): object {
  if (verdict.type === 'nothing') return verdict;
  const { message, ...rest } = verdict;
  assert.ok(message.length > 0);
  return rest;
}

describe('judgePod, on containers that Kubernetes 1.34.4 saw end', () => {
  const cases: readonly (readonly [name: string, reason: string, exitCode: number | undefined, text: RegExp])[] = [
    ['oom', 'OOMKilled', 137, /^The kernel killed the command for want of memory \(its memory limit is 64Mi\)/],
    ['oom-child', 'OOMKilled', 5, /^The kernel killed a process of the command .*the command itself ended with 5\./],
    ['exit-7-message', 'Error', 7, /^the last line\. The container ended with exit code 7\./],
    ['deadline', 'DeadlineExceeded', 3, /^Pod was active on the node longer than the specified deadline\./],
    ['evicted-by-api', 'Evicted', 3, /^Eviction API: evicting\./],
    ['disk-evicted', 'Evicted', 137, /^Pod ephemeral local storage usage exceeds the total limit of containers 1Mi\./],
    [
      'preempted',
      'Preempted',
      3,
      /^default-scheduler: preempting to accommodate .* Preempted by pod .* on node node-1\./,
    ],
    ['deleted', 'PodDeleted', 3, /^Something other than Longarm deleted it/],
  ];
  for (const [name, reason, exitCode, text] of cases) {
    test(`${name} ended by ${reason} with ${exitCode}, and with the times of the kubelet`, () => {
      const verdict = judgePod(seen(name, 60_000));
      assert.equal(verdict.type, 'ended');
      assert.deepEqual([verdict.reason, verdict.exitCode], [reason, exitCode]);
      assert.match(verdict.startedAt ?? '', /^2026-/);
      assert.match(verdict.finishedAt ?? '', /^2026-/);
      assert.match(verdict.message, text);
    });
  }

  test('a container that an eviction wiped away ran, though its state says that it is being created', () => {
    const sight = seen('spool-evicted', 60_000);
    const command = sight.pod.status?.containerStatuses?.find(({ name }) => name === 'command');
    assert.equal(command?.state?.waiting?.reason, 'ContainerCreating');
    const verdict = judgePod(sight);
    assert.deepEqual(told(verdict), { type: 'ended', reason: 'Evicted' });
  });

  test('a pod whose node is gone for good leaves a container that runs for ever, and no exit code', () => {
    const sight = seen('node-gone');
    assert.ok(sight.pod.status?.containerStatuses?.every(({ state }) => state?.running !== undefined));
    assert.deepEqual(told(judgePod(sight)), { type: 'ended', reason: 'DeletionByPodGC', unseen: true });
  });

  for (const name of [
    'deadline-stopping',
    'evicted-stopping',
    'preempted-stopping',
    'deleted-stopping',
    'taint-manager',
  ]) {
    test(`${name}: a command that is being stopped has not ended`, () => {
      assert.deepEqual(judgePod(seen(name)), { type: 'nothing' });
    });
  }
});

describe('judgePod, on ends that leave doubt', () => {
  const created = '2026-01-01T00:00:00Z';
  const at = (seconds: number): string => new Date(Date.parse(created) + seconds * 1000).toISOString();

  function judge(pod: Pod, events: readonly PodEvent[] = []): object {
    return told(judgePod({ pod, events, pendingMs: 60_000, commandContainer: 'command' }));
  }

  function ended(terminated: Terminated, more: Pod['status'] = {}, spec: Pod['spec'] = {}): Pod {
    const containerStatuses = [{ name: 'command', state: { terminated } }];
    return { metadata: { creationTimestamp: created }, spec, status: { containerStatuses, ...more } };
  }

  function failed(status: Pod['status'], command?: ContainerStatus): Pod {
    const containerStatuses = command === undefined ? [] : [{ name: 'command', ...command }];
    return {
      spec: { nodeName: 'node-1' },
      status: { phase: 'Failed', startTime: created, containerStatuses, ...status },
    };
  }

  const own = { exitCode: 4, reason: 'Error', startedAt: at(1), finishedAt: at(5) };
  const disruption = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' };

  test('an exit before the cluster came for the pod is the command’s own', () => {
    const before = { phase: 'Failed', conditions: [{ ...disruption, lastTransitionTime: at(6) }] };
    const after = { phase: 'Failed', conditions: [{ ...disruption, lastTransitionTime: at(4) }] };
    const rest = { exitCode: 4, startedAt: at(1), finishedAt: at(5) };
    assert.deepEqual(judge(ended(own, before)), { type: 'ended', reason: 'Error', ...rest });
    assert.deepEqual(judge(ended(own, after)), { type: 'ended', reason: 'Evicted', ...rest });
  });

  test('a deadline that only the keeper lived to see did not end the command', () => {
    const status = { phase: 'Failed', reason: 'DeadlineExceeded', startTime: created };
    const late = judge(ended(own, status, { activeDeadlineSeconds: 60 }));
    assert.deepEqual(late, { type: 'ended', reason: 'Error', exitCode: 4, startedAt: at(1), finishedAt: at(5) });
    const ours = judge(ended(own, status, { activeDeadlineSeconds: 5 }));
    assert.deepEqual(ours, { ...late, reason: 'DeadlineExceeded' });
  });

  test('a status that is unknown has no exit code, and the year 1 is no time', () => {
    const none = '0001-01-01T00:00:00Z';
    const unknown = { exitCode: 137, reason: 'ContainerStatusUnknown', startedAt: none, finishedAt: none };
    assert.deepEqual(judge(ended(unknown)), { type: 'ended', reason: 'ContainerStatusUnknown' });
    const rebooted = { exitCode: 255, reason: 'Unknown', startedAt: none, finishedAt: none };
    assert.deepEqual(judge(ended(rebooted)), { type: 'ended', reason: 'Unknown' });
  });

  test('what the lost container was counts, not what was started in its place', () => {
    const status: ContainerStatus = {
      restartCount: 1,
      state: { terminated: { exitCode: 125, reason: 'Error' } },
      lastState: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } },
    };
    assert.deepEqual(judge(failed({}, status)), { type: 'ended', reason: 'ContainerStatusUnknown' });
  });

  test('a running pod that a restarted kubelet rejects may have run: its statuses are wiped', () => {
    const event = (seconds: number): PodEvent => ({ reason: 'NodeAffinity', firstTimestamp: at(seconds) });
    const wiped = failed({ reason: 'NodeAffinity', message: 'Pod was rejected: Predicate NodeAffinity failed' });
    assert.deepEqual(judge(wiped, [event(90)]), { type: 'ended', reason: 'NodeAffinity', unseen: true });
    assert.deepEqual(judge(wiped, []), { type: 'ended', reason: 'NodeAffinity', unseen: true });
    assert.deepEqual(judge(wiped, [event(0)]), { type: 'refused', reason: 'NodeAffinity', retryPod: true });
    const started = { reason: 'Started', involvedObject: { fieldPath: 'spec.containers{command}' } };
    assert.deepEqual(judge(wiped, [event(0), started]), { type: 'ended', reason: 'NodeAffinity', unseen: true });
  });

  test('a kubelet under pressure turns pods away at the door, and another pod may do', () => {
    const message = 'Pod was rejected: The node had condition: [DiskPressure]. ';
    const event: PodEvent = {
      reason: 'Evicted',
      message: 'The node had condition: [DiskPressure]. ',
      firstTimestamp: at(1),
    };
    const verdict = judge(failed({ reason: 'Evicted', message }), [event]);
    assert.deepEqual(verdict, { type: 'refused', reason: 'Evicted', retryPod: true });
  });

  test('an evicted pod of an old kubelet, which wipes all statuses, may have run', () => {
    const pod = failed({ reason: 'Evicted', message: 'The node was low on resource: memory.' });
    assert.deepEqual(judge(pod), { type: 'ended', reason: 'Evicted', unseen: true });
  });

  test('a kubelet’s rejection that no other node changes is not tried again', () => {
    const event: PodEvent = { reason: 'SysctlForbidden', firstTimestamp: created };
    const verdict = judge(failed({ reason: 'SysctlForbidden', message: 'forbidden sysctl' }), [event]);
    assert.deepEqual(verdict, { type: 'refused', reason: 'SysctlForbidden', retryPod: false });
  });

  test('a waiting container of a failed pod never ran only where its node’s events are seen', () => {
    const waiting = { state: { waiting: { reason: 'ContainerCreating' } } };
    const pod = failed({ reason: 'Evicted', message: 'The node was low on resource: memory.' }, waiting);
    assert.deepEqual(judge(pod), { type: 'ended', reason: 'Evicted', unseen: true });
    const scheduled = { reason: 'Scheduled', firstTimestamp: created };
    assert.deepEqual(judge(pod, [scheduled]), { type: 'refused', reason: 'Evicted', retryPod: false });
    const createdEvent = { reason: 'Created', involvedObject: { fieldPath: 'spec.containers{command}' } };
    assert.deepEqual(judge(pod, [scheduled, createdEvent]), { type: 'ended', reason: 'Evicted', unseen: true });
  });
});
