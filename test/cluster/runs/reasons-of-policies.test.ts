import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';
import type { KubernetesClient } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import { type ArmServer, startArmServer } from '../../arm/arm-server.ts';
import { clusterUnderTest } from '../cluster-under-test.ts';
import { countMarks, type MarkCounter } from '../executor/count-marks.ts';
import { modest } from '../executor/kubernetes-bench.ts';
import { clusterClient, makeNamespace, removeNamespace } from '../executor/test-namespace.ts';
import { type AdmissionWebhook, openAdmissionWebhook } from './admission-webhook.ts';
import { assertNeverBegan, secondsOf, toldOf } from './told-of-start.ts';

/** In which one who fails at once has failed: less than the shortest grace that there is. */
const atOnceSeconds = 4;

describe('why a policy of a real cluster has no pod for a command', () => {
  const namespace = `longarm-policies-${randomBytes(4).toString('hex')}`;
  let client: KubernetesClient;
  let marks: MarkCounter;
  let server: ArmServer;
  let webhook: AdmissionWebhook | undefined;

  before(async () => {
    client = await clusterClient();
    await makeNamespace(client, namespace);
    marks = await countMarks();
    const { kubeconfig, image } = clusterUnderTest();
    const own = {
      resourceGroup: 'rg1',
      executor: 'kubernetes',
      kubeconfig,
      namespace,
      image,
      serviceAccount: 'default',
    };
    const escalating = { ...modest.spec.containers[1], securityContext: { allowPrivilegeEscalation: true } };
    const bold = { spec: { hostNetwork: true, containers: [modest.spec.containers[0], escalating] } };
    // What the configuration of the server may ask for, and no caller of the API.
    const clusters = [
      { ...own, name: 'modest', podTemplate: modest },
      { ...own, name: 'bold', podTemplate: bold },
    ];
    server = await startArmServer(`clusters: ${JSON.stringify(clusters)}`);
  });
  afterEach(async () => {
    await webhook?.close();
    webhook = undefined;
  });
  after(async () => {
    await server.stop();
    await marks.close();
    await removeNamespace(client, namespace);
    client.close();
  });

  /** That it had no effect, now that its end was told. */
  const hadNoEffect = async (mark: string): Promise<void> => {
    await marks.settled();
    assert.equal(marks.count(mark), 0);
  };

  test('a template that the namespace refuses is PodSecurityViolation, at once, with each field that is in the way', async () => {
    const path = await server.submit(marks.command('bold'), { cluster: 'bold' });
    const { end } = await toldOf(server, path);
    const { reason = '' } = end;
    assert.match(reason, /^PodSecurityViolation: .*violates PodSecurity "restricted:/);
    assert.match(reason, /hostNetwork=true/);
    assert.match(reason, /"command" must set securityContext\.allowPrivilegeEscalation=false/);
    assertNeverBegan(end);
    assert.ok(secondsOf(end) < atOnceSeconds, `after ${secondsOf(end)} s`);
    await hadNoEffect('bold');
  });

  test('a webhook that denies the pod is AdmissionDenied, at once, with its name and all that it says', async () => {
    webhook = await openAdmissionWebhook(client, namespace);
    const words = 'images must come from registry.example; ask platform@example.com, failed calling webhook "x"';
    webhook.say(words);
    const asked = webhook.asked;
    const { end } = await toldOf(server, await server.submit(marks.command('denied'), { cluster: 'modest' }));
    assert.ok(
      end.reason?.startsWith(`AdmissionDenied: admission webhook "${webhook.name}" denied the request: ${words}`),
      end.reason,
    );
    assertNeverBegan(end);
    assert.ok(secondsOf(end) < atOnceSeconds, `after ${secondsOf(end)} s`);
    assert.equal(webhook.asked, asked + 1, 'a denial was asked for again');
    await hadNoEffect('denied');
  });

  test('while a webhook does not answer the command waits with AdmissionWebhookUnavailable, and runs once it does', async () => {
    webhook = await openAdmissionWebhook(client, namespace);
    await webhook.switchOff();
    const path = await server.submit(`${marks.command('waited')}; echo ran; exit 5`, { cluster: 'modest' });
    const reasons: string[] = [];
    let isOn = false;
    const { end } = await toldOf(server, path, async ({ reason }) => {
      if (reason === undefined || isOn) return;
      reasons.push(reason);
      await hadNoEffect('waited');
      isOn = true;
      await webhook?.switchOn();
    });
    const unanswered = new RegExp(`^AdmissionWebhookUnavailable: .*failed calling webhook "${webhook.name}".*refused`);
    assert.match(reasons[0] ?? '', unanswered);
    assert.deepEqual([end.provisioningState, end.exitCode, end.logs], ['Succeeded', 5, 'ran\n'], JSON.stringify(end));
    assert.equal(end.reason, undefined);
    assert.equal(marks.count('waited'), 1);
  });

  test('a webhook that does not answer for 30 s ends the waiting with AdmissionWebhookUnavailable', async () => {
    webhook = await openAdmissionWebhook(client, namespace);
    await webhook.switchOff();
    const { live, end } = await toldOf(server, await server.submit(marks.command('given up'), { cluster: 'modest' }));
    const unanswered = new RegExp(`^AdmissionWebhookUnavailable: .*failed calling webhook "${webhook.name}"`);
    assert.match(end.reason ?? '', unanswered);
    assert.ok(
      live.some(({ reason = '' }) => unanswered.test(reason)),
      JSON.stringify(live),
    );
    assertNeverBegan(end);
    assert.ok(secondsOf(end) >= 30 && secondsOf(end) < 50, `after ${secondsOf(end)} s`);
    await hadNoEffect('given up');
  });
});
