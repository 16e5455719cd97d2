import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { KubernetesClient } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import { type ArmServer, startArmServer, version } from '../../arm/arm-server.ts';
import { clusterUnderTest } from '../cluster-under-test.ts';
import { countMarks, type MarkCounter } from '../executor/count-marks.ts';
import { modest } from '../executor/kubernetes-bench.ts';
import { clusterClient, makeNamespace, removeNamespace } from '../executor/test-namespace.ts';
import { type ImageRegistry, imagesNotThere, openImageRegistry } from './image-registry.ts';
import { assertNeverBegan, assertNoted, secondsOf, toldOf } from './told-of-start.ts';

const soon = (): AbortSignal => AbortSignal.timeout(60_000);
const command = (fields: object): object => ({
  spec: { containers: [modest.spec.containers[0], { name: 'command', ...fields }] },
});
const spec = (fields: object): object => ({ spec: { ...modest.spec, ...fields } });
/** Of every node, for as long as these tests run; all commands but one tolerate it. */
const taint = 'longarm.dev/test-why=for-a-test:NoSchedule';
const tolerations = [{ key: 'longarm.dev/test-why', operator: 'Exists' }];
/** The template, for a command that the taint does not keep from a node. */
const tolerating = (template: object): object => {
  const { spec: given } = template as { readonly spec: object };
  return { spec: { tolerations, ...given } };
};

/** A cluster on which commands cannot start, and the words in which it says so. */
interface Hindered {
  readonly what: string;
  /** What is said of the cluster, over what works. */
  readonly cluster: object;
  readonly reason: RegExp;
  /**
   * Between how many seconds after its submission it ends, by the graces in docs/kubernetes-reasons.md. One that waits
   * tells its reason in the 202s until then.
   */
  readonly ends: readonly [from: number, to: number];
  /** An event of its pod that stands beside the reason. */
  readonly event?: { readonly reason: string; readonly message: RegExp };
  readonly namespace?: 'quota' | 'policy';
}

/** Its creation is refused for good: it ends before the shortest grace for a creation is over, which is 5 s. */
const atOnce = [0, 4] as const;
/** The kubelet has tried, and will not succeed: it ends before the shortest grace for such words is over, 30 s. */
const onceTried = [0, 25] as const;
/** It has this many seconds' grace, to the second in which the cluster dates its trouble, on a machine with much to do. */
const hasGrace = (seconds: number): readonly [from: number, to: number] => [seconds - 1, seconds + 25];

const hindered: readonly Hindered[] = [
  {
    what: 'an image whose registry does not answer',
    cluster: { image: 'test.longarm.invalid/nothing:1' },
    reason: /^ImagePullBackOff: .*test\.longarm\.invalid\/nothing:1/,
    ends: hasGrace(30),
    event: { reason: 'Failed', message: /^Failed to pull image "test\.longarm\.invalid\/nothing:1": / },
  },
  {
    what: 'an image that its registry has not',
    cluster: { image: imagesNotThere.absent },
    reason: /^ImagePullBackOff: .*not found/,
    ends: onceTried,
    event: { reason: 'Failed', message: /^Failed to pull image .*not found/ },
  },
  {
    what: 'an image that its registry gives to nobody without a password',
    cluster: { image: imagesNotThere.private },
    reason: /^ImagePullBackOff: .*(401 Unauthorized|denied)/,
    ends: onceTried,
    event: { reason: 'Failed', message: /^Failed to pull image .*(401 Unauthorized|denied)/ },
  },
  {
    what: 'an image name that is none',
    cluster: { image: 'Upper:case' },
    reason: /^InvalidImageName: .*Upper:case/,
    ends: onceTried,
    event: { reason: 'InspectFailed', message: /Upper:case/ },
  },
  {
    what: 'an image without a shell',
    cluster: { image: clusterUnderTest().imageWithoutShell },
    reason: /^(StartError|RunContainerError|ContainerCannotRun): .*\/bin\/sh/,
    ends: onceTried,
  },
  {
    what: 'a selector that no node has',
    cluster: { podTemplate: spec({ nodeSelector: { pool: 'none' } }) },
    reason: /^Unschedulable: 0\/\d+ nodes are available.*pool=none/,
    ends: hasGrace(60),
    event: { reason: 'FailedScheduling', message: /^0\/\d+ nodes are available: .*selector/ },
  },
  {
    what: 'a taint of every node that it does not tolerate',
    cluster: { podTemplate: spec({ tolerations: [] }) },
    reason: /^Unschedulable: 0\/\d+ nodes are available.*untolerated taint/,
    ends: hasGrace(60),
    event: { reason: 'FailedScheduling', message: /untolerated taint/ },
  },
  {
    what: 'resources that no node has',
    cluster: { podTemplate: command({ resources: { requests: { cpu: '900' }, limits: { cpu: '900' } } }) },
    reason: /^Unschedulable: .*Insufficient cpu/,
    ends: hasGrace(60),
    event: { reason: 'FailedScheduling', message: /Insufficient cpu/ },
  },
  {
    what: 'a service account that is not there',
    cluster: { serviceAccount: 'nobody' },
    reason: /^ServiceAccountNotFound: .*nobody/,
    ends: hasGrace(5),
  },
  {
    what: 'a ConfigMap that is not there, as a volume',
    cluster: {
      podTemplate: spec({
        volumes: [{ name: 'settings', configMap: { name: 'absent' } }],
        containers: [
          modest.spec.containers[0],
          { ...modest.spec.containers[1], volumeMounts: [{ name: 'settings', mountPath: '/settings' }] },
        ],
      }),
    },
    reason: /^FailedMount: .*configmap "absent" not found/,
    ends: hasGrace(60),
    event: { reason: 'FailedMount', message: /configmap "absent" not found/ },
  },
  {
    what: 'a Secret’s key that is not there, as a variable',
    cluster: {
      podTemplate: command({ env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'absent', key: 'k' } } }] }),
    },
    reason: /^CreateContainerConfigError: .*secret "absent" not found/,
    ends: hasGrace(10),
    event: { reason: 'Failed', message: /secret "absent" not found/ },
  },
  {
    what: 'a priority class that is not there',
    cluster: { podTemplate: spec({ priorityClassName: 'absent' }) },
    reason: /^PriorityClassNotFound: .*no PriorityClass with name absent/,
    ends: hasGrace(5),
  },
  {
    what: 'a field that no pod has',
    cluster: { podTemplate: command({ resources: { limts: { cpu: '1' } } }) },
    reason: /^InvalidPodSpec: .*unknown field "spec\.containers\[1\]\.resources\.limts"/,
    ends: atOnce,
  },
  {
    what: 'a quota that leaves no pod',
    cluster: {},
    namespace: 'quota',
    reason: /^QuotaExceeded: .*exceeded quota: none/,
    ends: hasGrace(10),
  },
  {
    what: 'a policy that denies its pods',
    cluster: {},
    namespace: 'policy',
    reason: /^AdmissionDenied: .*no commands on Mondays/,
    ends: atOnce,
  },
  {
    what: 'a namespace that is not there',
    cluster: { namespace: 'longarm-not-there' },
    reason: /^NotInstalled: .*longarm cluster manifest/,
    ends: hasGrace(15),
  },
];

describe('why a command could not start in a real cluster', () => {
  const id = randomBytes(4).toString('hex');
  const namespaces = { plain: `longarm-why-${id}`, quota: `longarm-quota-${id}`, policy: `longarm-policy-${id}` };
  const policy = `longarm-why-${id}`;
  const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
  const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
  const kubectl = (...args: readonly string[]): void => {
    const { kubectl: program, kubeconfig } = clusterUnderTest();
    execFileSync(program, ['--kubeconfig', kubeconfig, ...args], { stdio: 'ignore' });
  };
  let client: KubernetesClient;
  let marks: MarkCounter;
  let registry: ImageRegistry;
  let server: ArmServer;

  before(async () => {
    client = await clusterClient();
    marks = await countMarks();
    registry = await openImageRegistry();
    kubectl('taint', 'nodes', '--all', '--overwrite', taint);
    for (const name of Object.values(namespaces)) await makeNamespace(client, name);
    const post = (path: string, body: object) => client.request({ method: 'POST', path, body }, soon());
    await post(`/api/v1/namespaces/${namespaces.quota}/resourcequotas`, {
      metadata: { name: 'none' },
      spec: { hard: { pods: '0' } },
    });
    await post(policies, {
      metadata: { name: policy },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        },
        validations: [{ expression: 'false', message: 'no commands on Mondays' }],
      },
    });
    const selector = { matchLabels: { 'kubernetes.io/metadata.name': namespaces.policy } };
    await post(bindings, {
      metadata: { name: policy },
      spec: { policyName: policy, validationActions: ['Deny'], matchResources: { namespaceSelector: selector } },
    });
    server = await startArmServer();
    const token = await server.tokenFor('administrator');
    const all = [...hindered.entries(), ['control', { cluster: {}, namespace: 'plain' }]] as const;
    for (const [index, { cluster, namespace = 'plain' }] of all) {
      const path = `${server.group}/providers/Microsoft.ContainerService/managedClusters/why-${index}?${version}`;
      const longarm = {
        executor: 'kubernetes',
        kubeconfig: readFileSync(clusterUnderTest().kubeconfig, 'utf8'),
        namespace: namespaces[namespace],
        image: clusterUnderTest().image,
        serviceAccount: 'default',
        ...cluster,
        podTemplate: tolerating('podTemplate' in cluster ? (cluster.podTemplate as object) : modest),
      };
      const made = await server.call('PUT', path, { token, body: { location: 'test', properties: { longarm } } });
      assert.equal(made.status, 201, made.text);
    }
  });
  after(async () => {
    kubectl('taint', 'nodes', '--all', `${taint}-`);
    await server.stop();
    await marks.close();
    await registry.close();
    for (const path of [`${bindings}/${policy}`, `${policies}/${policy}`]) {
      await client.request({ method: 'DELETE', path }, soon());
    }
    for (const name of Object.values(namespaces)) await removeNamespace(client, name);
    client.close();
  });

  // All at once: the slowest grace is a minute.
  describe('is told', { concurrency: true }, () => {
    for (const [index, { what, reason, ends, event, namespace = 'plain' }] of hindered.entries()) {
      const [from, to] = ends;
      test(`of ${what}${from > 0 ? ', live and at the end' : ', without a wait'}`, async () => {
        const path = await server.submit(`${marks.command(`why-${index}`)}; echo ran`, { cluster: `why-${index}` });
        const { live, end } = await toldOf(server, path);
        assert.match(end.reason ?? '', reason);
        assertNeverBegan(end);
        const told = live.filter((each) => reason.test(each.reason ?? ''));
        if (from > 0) assert.ok(told.length > 0, `while it waited it said ${JSON.stringify(live)}`);
        const seconds = secondsOf(end);
        assert.ok(seconds >= from && seconds < to, `it ended after ${seconds} s, and not from ${from} to ${to}`);
        if (event !== undefined) {
          const noted = [end, ...(from > 0 ? told.slice(-1) : [])];
          for (const each of noted) await assertNoted(client, namespaces[namespace], path, each, event);
        }
        await marks.settled();
        assert.equal(marks.count(`why-${index}`), 0);
      });
    }
  });

  test('is nothing where the same command runs, once, in a pod that is not hindered', async () => {
    const path = await server.submit(`${marks.command('control')}; echo ran`, { cluster: 'why-control' });
    const { end } = await toldOf(server, path);
    assert.deepEqual([end.exitCode, end.logs, end.reason], [0, 'ran\n', undefined], JSON.stringify(end));
    assert.equal(marks.count('control'), 1);
  });

  test('leaves nothing in the cluster', async () => {
    for (const name of Object.values(namespaces)) {
      for (const kind of ['pods', 'secrets']) {
        const path = `/api/v1/namespaces/${name}/${kind}`;
        const query = { labelSelector: 'app.kubernetes.io/managed-by=longarm' };
        const listed = async () =>
          ((await client.request({ method: 'GET', path, query }, soon())) as { readonly items: readonly unknown[] })
            .items;
        // The pod is taken away right after the end is told.
        for (let tries = 0; (await listed()).length > 0; tries++) {
          assert.ok(tries < 50, `there are ${kind} left in ${name}`);
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      }
    }
  });
});
