import assert from 'node:assert/strict';
import { parseCommandId } from '../../../src/core/command-id.ts';
import type { KubernetesClient } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import { objectName } from '../../../src/executors/kubernetes/names.ts';
import { parsePodEvent } from '../../../src/executors/kubernetes/reasons/parse-pod.ts';
import { firstSeen, lastSeen } from '../../../src/executors/kubernetes/reasons/pod-events.ts';
import type { PodEvent } from '../../../src/executors/kubernetes/reasons/pod-shape.ts';
import type { CommandResult } from '../../../src/wire/command-result-schema.ts';
import { type ArmServer, version } from '../../arm/arm-server.ts';

type Properties = CommandResult['properties'];

/** What was told of a command that somebody waited for. */
export interface Told {
  /** `properties` of each 202. */
  readonly live: readonly Properties[];
  /** `properties` of the 200. */
  readonly end: Properties;
}

/** Asks every 2 s until the end, as one who waits at a terminal does; `onLive` is told of each 202 and waited for. */
export async function toldOf(
  server: ArmServer,
  path: string,
  onLive: (properties: Properties) => Promise<void> = async () => {},
): Promise<Told> {
  const live: Properties[] = [];
  for (;;) {
    const headers = { prefer: 'wait=2' };
    const answer = await server.call('GET', `${path}?${version}`, { token: server.administrator, headers });
    const { properties } = answer.json as CommandResult;
    if (answer.status !== 202) {
      assert.equal(answer.status, 200, answer.text);
      return { live, end: properties };
    }
    live.push(properties);
    await onLive(properties);
  }
}

/** How long it took from its submission to its end, in seconds. */
export function secondsOf({ longarm }: Properties): number {
  const { submittedAt = '', finishedAt = '' } = longarm?.times ?? {};
  return (Date.parse(finishedAt) - Date.parse(submittedAt)) / 1000;
}

/**
 * Asserts that of a command that never began nothing is told that only one that ran could have.
 * Whether it had an effect is for the caller to see.
 */
export function assertNeverBegan(end: Properties): void {
  const { provisioningState, startedAt, exitCode, logs = '', longarm } = end;
  const why = JSON.stringify(end);
  assert.equal(provisioningState, 'Failed', why);
  assert.deepEqual([startedAt, exitCode, logs], [undefined, undefined, ''], why);
  assert.deepEqual([longarm?.totalBytes, longarm?.storedBytes], [0, 0], why);
}

/**
 * Asserts that the cluster's events stand beside a reason, one of this word with this text among them, and each as the
 * cluster itself has it, which keeps them longer than the pod.
 */
export async function assertNoted(
  client: KubernetesClient,
  namespace: string,
  path: string,
  properties: Properties,
  expected: { readonly reason: string; readonly message: RegExp },
): Promise<void> {
  const told = properties.longarm?.events ?? [];
  const why = JSON.stringify(properties);
  assert.ok(
    told.some(({ reason, message }) => reason === expected.reason && expected.message.test(message)),
    `no event is ${expected.reason} with ${expected.message}: ${why}`,
  );
  const id = parseCommandId(path.split('/').at(-1) ?? '');
  assert.ok(id);
  const query = { fieldSelector: `involvedObject.name=${objectName(id)}` };
  const list = await client.request(
    { method: 'GET', path: `/api/v1/namespaces/${namespace}/events`, query },
    AbortSignal.timeout(60_000),
  );
  const noted = (list as { readonly items: readonly unknown[] }).items.map(parsePodEvent);
  for (const { reason, message, count, at } of told) {
    const own = noted.filter((each) => each.reason === reason && each.message === message);
    const isOf = (each: PodEvent): boolean => {
      // It may have been noted again since.
      const most = each.series?.count ?? each.count ?? 1;
      const [first = NaN, last = NaN] = [firstSeen(each), lastSeen(each)];
      return count >= 1 && count <= most && Date.parse(at) >= first - 1000 && Date.parse(at) <= last;
    };
    assert.ok(own.some(isOf), `${reason} at ${at}, ${count} times, is none of ${JSON.stringify(own)}: ${message}`);
  }
}
