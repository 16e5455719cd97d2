import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { KubernetesClient } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import { type ArmServer, startArmServer, version } from '../../arm/arm-server.ts';
import { clusterUnderTest } from '../cluster-under-test.ts';
import { modest } from '../executor/kubernetes-bench.ts';
import { clusterClient, makeNamespace, removeNamespace } from '../executor/test-namespace.ts';

const soon = (): AbortSignal => AbortSignal.timeout(60_000);
const command = (fields: object): object => ({
  spec: { containers: [modest.spec.containers[0], { name: 'command', ...fields }] },
});
const spec = (fields: object): object => ({ spec: { ...modest.spec, ...fields } });

/** A cluster on which commands cannot start, and the words in which it says so. */
interface Hindered {
  readonly what: string;
  /** What is said of the cluster, over what works. */
  readonly cluster: object;
  readonly reason: RegExp;
  /** Whether it waits long enough for its reason to be seen in the 202. */
  readonly waits?: true;
  readonly namespace?: 'quota' | 'policy';
}

const hindered: readonly Hindered[] = [
  {
    what: 'an image that is not there',
    cluster: { image: 'test.longarm.invalid/nothing:1' },
    reason: /^ImagePullBackOff: .*test\.longarm\.invalid\/nothing:1/,
    waits: true,
  },
  { what: 'an image name that is none', cluster: { image: 'Upper:case' }, reason: /^InvalidImageName: / },
  {
    what: 'an image without a shell',
    cluster: { image: clusterUnderTest().imageWithoutShell },
    reason: /^(StartError|RunContainerError|ContainerCannotRun): .*\/bin\/sh/,
  },
  {
    what: 'a selector that no node has',
    cluster: { podTemplate: spec({ nodeSelector: { pool: 'none' } }) },
    reason: /^Unschedulable: 0\/\d+ nodes are available.*pool=none/,
    waits: true,
  },
  {
    what: 'resources that no node has',
    cluster: { podTemplate: command({ resources: { requests: { cpu: '900' }, limits: { cpu: '900' } } }) },
    reason: /^Unschedulable: .*Insufficient cpu/,
    waits: true,
  },
  {
    what: 'a service account that is not there',
    cluster: { serviceAccount: 'nobody' },
    reason: /^ServiceAccountNotFound: .*nobody/,
    waits: true,
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
    waits: true,
  },
  {
    what: 'a Secret’s key that is not there, as a variable',
    cluster: {
      podTemplate: command({ env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'absent', key: 'k' } } }] }),
    },
    reason: /^CreateContainerConfigError: .*secret "absent" not found/,
    waits: true,
  },
  {
    what: 'a priority class that is not there',
    cluster: { podTemplate: spec({ priorityClassName: 'absent' }) },
    reason: /^\w+: .*no PriorityClass with name absent/,
  },
  {
    what: 'a field that no pod has',
    cluster: { podTemplate: command({ resources: { limts: { cpu: '1' } } }) },
    reason: /^InvalidPodSpec: .*unknown field "spec\.containers\[1\]\.resources\.limts"/,
  },
  {
    what: 'a quota that leaves no pod',
    cluster: {},
    namespace: 'quota',
    reason: /^QuotaExceeded: .*exceeded quota: none/,
  },
  {
    what: 'a policy that denies its pods',
    cluster: {},
    namespace: 'policy',
    reason: /^AdmissionDenied: .*no commands on Mondays/,
  },
  {
    what: 'a namespace that is not there',
    cluster: { namespace: 'longarm-not-there' },
    reason: /^NotInstalled: .*longarm cluster manifest/,
  },
];

describe('why a command could not start in a real cluster', () => {
  const id = randomBytes(4).toString('hex');
  const namespaces = { plain: `longarm-why-${id}`, quota: `longarm-quota-${id}`, policy: `longarm-policy-${id}` };
  const policy = `longarm-why-${id}`;
  const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
  const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
  let client: KubernetesClient;
  let server: ArmServer;

  before(async () => {
    client = await clusterClient();
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
    for (const [index, { cluster, namespace = 'plain' }] of hindered.entries()) {
      const path = `${server.group}/providers/Microsoft.ContainerService/managedClusters/why-${index}?${version}`;
      const longarm = {
        executor: 'kubernetes',
        kubeconfig: readFileSync(clusterUnderTest().kubeconfig, 'utf8'),
        namespace: namespaces[namespace],
        image: clusterUnderTest().image,
        serviceAccount: 'default',
        podTemplate: modest,
        ...cluster,
      };
      const made = await server.call('PUT', path, { token, body: { location: 'test', properties: { longarm } } });
      assert.equal(made.status, 201, made.text);
    }
  });
  after(async () => {
    await server.stop();
    for (const path of [`${bindings}/${policy}`, `${policies}/${policy}`]) {
      await client.request({ method: 'DELETE', path }, soon());
    }
    for (const name of Object.values(namespaces)) await removeNamespace(client, name);
    client.close();
  });

  // All at once: the slowest grace is a minute.
  describe('is told', { concurrency: true }, () => {
    for (const [index, { what, reason, waits = false }] of hindered.entries()) {
      test(`of ${what}${waits ? ', live and at the end' : ''}`, async () => {
        const path = await server.submit('echo ran', { cluster: `why-${index}` });
        const token = await server.tokenFor('administrator');
        const live: string[] = [];
        for (;;) {
          const answer = await server.call('GET', `${path}?${version}`, { token, headers: { prefer: 'wait=2' } });
          const { properties } = answer.json;
          if (answer.status === 202) {
            if (properties.reason !== undefined) live.push(properties.reason);
            continue;
          }
          assert.equal(answer.status, 200, answer.text);
          assert.equal(properties.provisioningState, 'Failed', answer.text);
          assert.match(properties.reason, reason);
          assert.deepEqual([properties.startedAt, properties.exitCode], [undefined, undefined], answer.text);
          if (waits)
            assert.ok(
              live.some((each) => reason.test(each)),
              `while it waited it said ${JSON.stringify(live)}`,
            );
          break;
        }
      });
    }
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
