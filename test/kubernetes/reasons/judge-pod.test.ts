import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgePod } from '../../../src/executors/kubernetes/reasons/judge-pod.ts';
import type { Pod, PodEvent } from '../../../src/executors/kubernetes/reasons/pod-shape.ts';
import type { PodSight } from '../../../src/executors/kubernetes/reasons/pod-verdict.ts';
import { seen } from './seen.ts';

/** A verdict in one line. */
function told(sight: PodSight): string {
  const verdict = judgePod(sight);
  return verdict.type === 'nothing' ? 'nothing' : `${verdict.type} ${verdict.reason}`;
}

function message(sight: PodSight): string {
  const verdict = judgePod(sight);
  return verdict.type === 'nothing' ? '' : verdict.message;
}

/** When a sight of a pod that waits turns from pending to refused, in milliseconds of waiting; found by asking. */
function patienceMs(name: string): number {
  for (let ms = 0; ms <= 400_000; ms += 1000) if (judgePod(seen(name, ms)).type === 'refused') return ms;
  return Number.POSITIVE_INFINITY;
}

describe('judgePod, on pods that Kubernetes 1.34.4 did not start', () => {
  /** The pod's creation and the trouble are seconds of the cluster's clock, so a grace may seem some seconds longer. */
  const cases: readonly (readonly [name: string, reason: string, fromMs: number, toMs: number, text: RegExp])[] = [
    [
      'bad-image-name',
      'InvalidImageName',
      0,
      0,
      /^Failed to apply default image tag "UPPER.*invalid reference format\./,
    ],
    ['registry-missing', 'ImagePullBackOff', 0, 0, /^rpc error: code = NotFound .*x:1: not found\./],
    ['registry-private', 'ImagePullBackOff', 0, 0, /^failed to pull and unpack .*401 Unauthorized\./],
    ['registry-denied', 'ImagePullBackOff', 0, 0, /^failed to pull and unpack .*403 Forbidden\./],
    [
      'registry-arm',
      'ImagePullBackOff',
      0,
      0,
      /no match for platform in manifest: not found\. The image has nothing for/,
    ],
    ['registry-limited', 'ImagePullBackOff', 30_000, 35_000, /^failed to pull and unpack .*429 Too Many Requests\./],
    ['missing-image', 'ImagePullBackOff', 30_000, 33_000, /^failed to pull and unpack .*connection refused\./],
    ['missing-image-name', 'ImagePullBackOff', 30_000, 33_000, /network is unreachable\. Check the image/],
    ['never-pull', 'ErrImageNeverPull', 30_000, 33_000, /is not present with pull policy of Never\./],
    ['registry-slow', 'Pulling', Infinity, Infinity, /^Pulling image "registry\.example\/slow\/x:1"\./],
    ['secret-env', 'CreateContainerConfigError', 10_000, 13_000, /^couldn't find key nokey in Secret/],
    [
      'seccomp',
      'CreateContainerError',
      30_000,
      33_000,
      /^failed to create containerd container: cannot load seccomp profile/,
    ],
    ['config-map-mount', 'FailedMount', 60_000, 63_000, /^MountVolume\.SetUp failed .*configmap "nope" not found\./],
    ['run-as-root', 'FailedCreatePodSandBox', 60_000, 63_000, /^Failed to create pod sandbox: /],
    ['no-shell', 'StartError', 0, 0, /exec: "sh": executable file not found in \$PATH.*Use an image that has `sh`/],
    ['no-entrypoint', 'StartError', 0, 0, /stat \/no\/such\/program: no such file or directory/],
    ['exec-format', 'StartError', 0, 0, /^exec \/longarm\/bad: exec format error\..*architecture/],
    [
      'init-failed',
      'InitContainerFailed',
      0,
      0,
      /^The init container prepare ended with exit code 4 .*no such table\./,
    ],
    [
      'no-resources',
      'Unschedulable',
      60_000,
      62_000,
      /^0\/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory\./,
    ],
    ['no-node-selector', 'Unschedulable', 60_000, 62_000, /The pod asks for a node with kubernetes\.io\/os=windows\./],
    ['tainted', 'Unschedulable', 60_000, 62_000, /^0\/2 nodes are available: .*untolerated taint/],
    ['pvc', 'Unschedulable', 60_000, 62_000, /^0\/1 nodes are available: persistentvolumeclaim "no-claim" not found/],
    ['gated', 'SchedulingGated', Infinity, Infinity, /^Scheduling is blocked due to non-empty scheduling gates\./],
    ['deadline-pending', 'DeadlineExceeded', 0, 0, /^Pod was active on the node longer than the specified deadline\./],
    ['out-of-cpu', 'OutOfcpu', 0, 0, /^Pod was rejected: Node didn't have enough resource: cpu, requested: 1000000/],
    ['node-affinity', 'NodeAffinity', 0, 0, /^Pod was rejected: Predicate NodeAffinity failed/],
  ];
  for (const [name, reason, fromMs, toMs, text] of cases) {
    test(`${name} is ${reason} and ends the waiting after ${fromMs / 1000} s`, () => {
      const ms = patienceMs(name);
      assert.ok(ms >= fromMs && ms <= toMs, `after ${ms} ms`);
      const sight = seen(name, 1000);
      assert.equal(told(sight), `${fromMs === 0 ? 'refused' : 'pending'} ${reason}`);
      assert.match(message(sight), text);
    });
  }

  test('another pod is tried only where the kubelet turned the pod away before anything ran', () => {
    const again = cases.filter(([name]) => {
      const verdict = judgePod(seen(name, 400_000));
      return verdict.type === 'refused' && verdict.retryPod;
    });
    assert.deepEqual(
      again.map(([name]) => name),
      ['out-of-cpu', 'node-affinity'],
    );
  });

  test('a verdict that waits says when to look again, and then it is over', () => {
    for (const [name, , fromMs] of cases) {
      const verdict = judgePod(seen(name, 5000));
      if (verdict.type !== 'pending') continue;
      assert.equal(verdict.lookAgainInMs === undefined, !Number.isFinite(fromMs), name);
      if (verdict.lookAgainInMs === undefined) continue;
      assert.equal(judgePod(seen(name, 5000 + verdict.lookAgainInMs)).type, 'refused', name);
    }
  });

  test('a command that runs has nothing to say', () => {
    assert.equal(told(seen('running', 1_000_000)), 'nothing');
  });
});

describe('judgePod, on how long a trouble may last', () => {
  const created = '2026-01-01T00:00:00Z';
  const at = (seconds: number): string => new Date(Date.parse(created) + seconds * 1000).toISOString();
  const pull = 'Failed to pull image "team/denied-not found:1": dial tcp: i/o timeout';

  function waiting(reason: string, text?: string): Pod {
    const state = { waiting: { reason, ...(text === undefined ? {} : { message: text }) } };
    return { metadata: { creationTimestamp: created }, status: { containerStatuses: [{ name: 'command', state }] } };
  }

  function event(reason: string, text: string, seconds: number, until = seconds): PodEvent {
    const fields = {
      firstTimestamp: at(seconds),
      lastTimestamp: at(until),
      metadata: { creationTimestamp: at(seconds) },
    };
    return { reason, message: text, ...fields };
  }

  function sight(pod: Pod, events: readonly PodEvent[], pendingMs: number): PodSight {
    return { pod, events, pendingMs, commandContainer: 'command' };
  }

  test('a pull that fails after minutes has its whole grace', () => {
    const pod = waiting('ErrImagePull', 'dial tcp: i/o timeout');
    const events = [event('Failed', pull, 200)];
    assert.equal(told(sight(pod, events, 229_000)), 'pending ImagePullBackOff');
    assert.equal(told(sight(pod, events, 230_000)), 'refused ImagePullBackOff');
  });

  test('the cause stands in an event where the state has only the back-off', () => {
    const pod = waiting('ImagePullBackOff', 'Back-off pulling image "team/denied-not found:1"');
    assert.match(message(sight(pod, [event('Failed', pull, 1)], 5000)), /^Failed to pull image .*i\/o timeout\. /);
  });

  test('an image’s name does not pass for the registry’s word', () => {
    const pod = waiting('ErrImagePull', 'failed to pull "team/denied-not found:1": dial tcp: i/o timeout');
    assert.equal(told(sight(pod, [], 5000)), 'pending ImagePullBackOff');
  });

  test('a pod that was found long after it was made is not judged by its age', () => {
    const events = [event('Failed', pull, 3)];
    assert.equal(told(sight(waiting('ErrImagePull'), events, 0)), 'pending ImagePullBackOff');
  });

  test('an hour between the clocks of node and API server ends no grace', () => {
    const skewed = { ...event('Failed', pull, -3600), metadata: { creationTimestamp: at(2) } };
    assert.equal(told(sight(waiting('ErrImagePull'), [skewed], 20_000)), 'pending ImagePullBackOff');
  });

  test('what is said to pass is waited for', () => {
    const slow = waiting('CreateContainerError', 'context deadline exceeded');
    assert.equal(told(sight(slow, [], 200_000)), 'pending CreateContainerError');
    const path = waiting('CreateContainerConfigError', 'failed to create subPath directory for volumeMount "x"');
    assert.equal(told(sight(path, [], 200_000)), 'pending CreateContainerConfigError');
    assert.equal(
      told(sight(waiting('RunContainerError', 'exec /bin/sh: exec format error'), [], 0)),
      'refused RunContainerError',
    );
  });

  test('a word that nobody knows is shown, and has a minute', () => {
    const pod = waiting('PreStartHookFailed', 'the hook said no');
    assert.equal(told(sight(pod, [], 59_000)), 'pending PreStartHookFailed');
    assert.equal(told(sight(pod, [], 60_000)), 'refused PreStartHookFailed');
    assert.match(message(sight(pod, [], 0)), /^the hook said no\. /);
  });

  test('a mount that failed and then succeeded is forgotten', () => {
    const pod = waiting('ContainerCreating');
    const failed = event('FailedMount', 'MountVolume.SetUp failed', 1, 5);
    assert.equal(told(sight(pod, [failed], 70_000)), 'refused FailedMount');
    assert.equal(told(sight(pod, [failed, event('Pulling', 'Pulling image "x"', 6)], 70_000)), 'pending Pulling');
  });

  test('events of an earlier pod of the name are left out of account', () => {
    const pod: Pod = { ...waiting('ContainerCreating'), metadata: { uid: 'b', creationTimestamp: created } };
    const old = { ...event('FailedMount', 'MountVolume.SetUp failed', 1), involvedObject: { uid: 'a' } };
    assert.equal(told(sight(pod, [old], 70_000)), 'nothing');
  });

  describe('when no node has room', () => {
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/3 nodes are available: 3 Insufficient cpu.',
      lastTransitionTime: created,
    };
    const pod: Pod = {
      metadata: { creationTimestamp: created },
      status: { phase: 'Pending', conditions: [condition] },
    };
    const up = event('TriggeredScaleUp', 'pod triggered scale-up: [{pool 1->2 (max: 5)}]', 5);
    const notUp = event('NotTriggerScaleUp', "pod didn't trigger scale-up: 1 max node group size reached", 6);

    test('an autoscaler that makes one has five minutes', () => {
      assert.equal(told(sight(pod, [up], 299_000)), 'pending Unschedulable');
      assert.equal(told(sight(pod, [up], 300_000)), 'refused Unschedulable');
      assert.match(message(sight(pod, [up], 0)), /^0\/3 nodes .*Insufficient cpu\. pod triggered scale-up/);
    });

    test('an autoscaler that does not ends it at once, in its own words', () => {
      assert.equal(told(sight(pod, [notUp], 7000)), 'refused Unschedulable');
      assert.match(message(sight(pod, [notUp], 7000)), /max node group size reached/);
    });

    test('the autoscaler’s last word counts', () => {
      assert.equal(told(sight(pod, [up, notUp], 7000)), 'refused Unschedulable');
      assert.equal(told(sight(pod, [notUp, { ...up, lastTimestamp: at(9) }], 100_000)), 'pending Unschedulable');
    });

    test('a pod for which others make room is waited for, whatever the autoscaler says', () => {
      const promised: Pod = { ...pod, status: { ...pod.status, nominatedNodeName: 'node-1' } };
      assert.equal(told(sight(promised, [notUp], 7000)), 'pending Unschedulable');
    });
  });

  test('a pod that is deleted while it waits says so', () => {
    const pod: Pod = {
      metadata: { creationTimestamp: created, deletionTimestamp: at(40), deletionGracePeriodSeconds: 30 },
      status: { phase: 'Pending' },
    };
    assert.equal(told(sight(pod, [], 12_000)), 'pending PodDeleted');
  });
});
