import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as pass } from 'node:timers/promises';
import type { CommandRef } from '../../../src/client/session.ts';
import { parseClusterName } from '../../../src/core/resource-id.ts';
import type { CommandResult } from '../../../src/wire/command-result-schema.ts';
import type { RunCommandRequest } from '../../../src/wire/run-command-request.ts';
import { firstOutput } from '../../loss/read-output.ts';
import { zipContext } from '../../wire/zip-writer.ts';
import { clusterUnderTest } from '../cluster-under-test.ts';
import { modest } from '../executor/kubernetes-bench.ts';
import type { PodServer } from '../pod-server.ts';
import type { CrashingPods } from './crashing-pods.ts';
import { deleteAtOnce, podOf, until } from './in-pod.ts';
import { inCommand } from './long-run.ts';

/** A way of a command through crash points. */
export interface CrashScenario {
  readonly name: string;
  /** Points of effects that are listed for it, which it does not pass, or not each time. */
  readonly passesBy: readonly string[];
  /** Makes ready what comes before the point is armed; may leave the server dead. @returns what was submitted by then. */
  prepare(pods: CrashingPods, mark: string): Promise<CommandRef | undefined>;
  /** Passes the points. Answers once the command has ended. */
  act(pods: PodServer, mark: string, submitted: CommandRef | undefined): Promise<CommandRef>;
  /** Asserts what must be true then, wherever the crash was. Nothing is left when it is called. */
  verify(pods: PodServer, mark: string, result: CommandResult, printed: string): void;
}

/** How long a server may take to adopt what it finds when it starts. */
const adoptedMs = 10_000;

const printed = 'first line\r\nsecond\0line\nthe file\nno end';

/** It takes long enough that a server which lives sees it run; or until it is let end. */
function run(pods: PodServer, mark: string, context: string, wait = 'sleep 0.5'): Promise<CommandRef> {
  const command = [
    pods.marks.command(mark),
    String.raw`printf 'first line\r\nsecond\0line\n'`,
    'cat sub/file',
    wait,
    `printf 'no end'`,
    'exit 7',
  ].join('; ');
  return pods.submit({ command, context });
}

async function toItsEnd(pods: PodServer, ref: CommandRef): Promise<CommandRef> {
  await pods.client().waitForEnd(ref);
  return ref;
}

function submittedBefore(ref: CommandRef | undefined): CommandRef {
  assert.ok(ref);
  return ref;
}

function assertCompleted(pods: PodServer, mark: string, { properties }: CommandResult, text: string): void {
  const { provisioningState, exitCode, reason, longarm } = properties;
  assert.deepEqual([provisioningState, exitCode, reason, longarm?.complete], ['Succeeded', 7, undefined, true]);
  assert.equal(text, printed);
  assert.equal(pods.marks.count(mark), 1);
}

function assertNeverRan(pods: PodServer, mark: string, { properties }: CommandResult, text: string): void {
  assert.deepEqual([properties.provisioningState, properties.startedAt, text], ['Canceled', undefined, '']);
  assert.equal(pods.marks.count(mark), 0);
}

/** The reading has begun before; and what is told to end may take the word along that it was told. */
const whileItIsStopped = [
  ...['before', 'in', 'told in'].map((moment) => `${moment} exec longarm-spool open`),
  'told in exec longarm-term',
];

/** As small as a limit may be. */
const limitBytes = 1024 * 1024;

const small = zipContext([{ name: 'sub/file', content: 'the file\n', mode: 0o100640 }]);
/** More than a Secret holds, so it is brought into the pod by exec. */
const large = zipContext([
  { name: 'sub/file', content: 'the file\n', mode: 0o100640 },
  { name: 'ballast', content: randomBytes(3 * 1024 * 1024), mode: 0o100640 },
]);

/** Submits to a cluster whose pods fit on no node, and waits until the pod is there. */
async function submitNowhere(pods: PodServer, request: RunCommandRequest): Promise<CommandRef> {
  const name = parseClusterName('nowhere');
  assert.ok(name);
  const cluster = { ...pods.cluster, name };
  const client = pods.client();
  const { longarm } = (await client.clusters.get(pods.cluster)).properties;
  const kubeconfig = await readFile(clusterUnderTest().kubeconfig, 'utf8');
  const podTemplate = { spec: { ...modest.spec, nodeSelector: { 'longarm.invalid/nowhere': 'yes' } } };
  await client.clusters.put(cluster, { properties: { longarm: { ...longarm, kubeconfig, podTemplate } } });
  const ref = await client.submit(cluster, request, { keepsIdempotencyKeys: true });
  await until('a pod', () => podOf(pods, ref));
  return ref;
}

/** Has the server die while the command runs. */
async function dieWhileItRuns(pods: CrashingPods, mark: string): Promise<CommandRef> {
  const ref = await run(pods, mark, small, 'until [ -e /tmp/gate ]; do sleep 0.05; done');
  const client = pods.client();
  await until('a start', async () => (await client.result(ref)).result.properties.startedAt);
  await pods.stop('SIGKILL');
  return ref;
}

async function cancel(pods: PodServer, ref: CommandRef): Promise<CommandRef> {
  await pods.client().cancel(ref);
  return toItsEnd(pods, ref);
}

/** The ways of a command through the server and the cluster. */
export const crashScenarios: readonly CrashScenario[] = [
  {
    name: 'run with a file',
    passesBy: [],
    prepare: async () => undefined,
    act: async (pods, mark) => toItsEnd(pods, await run(pods, mark, small)),
    verify: assertCompleted,
  },
  {
    name: 'run as the first in a namespace',
    passesBy: [],
    prepare: async (pods) => {
      await pods.stop('SIGKILL');
      const path = `/api/v1/namespaces/${pods.namespace}/configmaps/longarm`;
      await pods.kube.request({ method: 'DELETE', path }, AbortSignal.timeout(30_000));
      await pods.start();
      return undefined;
    },
    act: async (pods, mark) => toItsEnd(pods, await run(pods, mark, small)),
    verify: assertCompleted,
  },
  {
    name: 'run with files that are brought by exec',
    passesBy: ['told in exec longarm-upload'],
    prepare: async () => undefined,
    act: async (pods, mark) => toItsEnd(pods, await run(pods, mark, large)),
    verify: assertCompleted,
  },
  {
    name: 'adopted before it was let begin',
    passesBy: [],
    prepare: async (pods, mark) => {
      pods.arm('after post pods');
      const ref = await run(pods, mark, small);
      await pods.ended;
      return ref;
    },
    act: async (pods, _mark, submitted) => toItsEnd(pods, submittedBefore(submitted)),
    verify: assertCompleted,
  },
  {
    name: 'adopted while it runs',
    passesBy: [],
    prepare: dieWhileItRuns,
    act: async (pods, _mark, submitted) => {
      const ref = submittedBefore(submitted);
      // It runs on until the server has died; where that takes its end, until the server has long adopted it.
      await Promise.race([pods.ended, pass(adoptedMs)]);
      await inCommand(pods, ref, ': >/tmp/gate');
      return toItsEnd(pods, ref);
    },
    verify: assertCompleted,
  },
  {
    name: 'adopted after it has ended',
    passesBy: [],
    prepare: async (pods, mark) => {
      const ref = await dieWhileItRuns(pods, mark);
      await inCommand(pods, ref, ': >/tmp/gate');
      await until('an end of its container', async () => {
        const { status } = await podOf(pods, ref);
        return status?.containerStatuses?.find(({ name }) => name === 'command')?.state?.terminated;
      });
      return ref;
    },
    act: async (pods, _mark, submitted) => toItsEnd(pods, submittedBefore(submitted)),
    verify: assertCompleted,
  },
  {
    name: 'cancelled while it runs',
    passesBy: whileItIsStopped,
    prepare: async (pods, mark) => {
      const ref = await pods.submit(`${pods.marks.command(mark)}; echo begun; sleep 600`);
      await firstOutput(pods.client(), ref);
      return ref;
    },
    act: async (pods, _mark, submitted) => cancel(pods, submittedBefore(submitted)),
    verify: (pods, mark, { properties }, text) => {
      assert.deepEqual([properties.provisioningState, properties.longarm?.complete], ['Canceled', true]);
      assert.equal(text, 'begun\n');
      assert.equal(pods.marks.count(mark), 1);
    },
  },
  {
    name: 'stopped at its output limit',
    passesBy: whileItIsStopped,
    prepare: async (pods, mark) => {
      const cluster = await pods.register('limited', { limits: { outputBytes: limitBytes } });
      const write = `head -c ${limitBytes} /dev/zero | tr '\\0' y`;
      const wait = 'until [ -e /tmp/gate ]; do sleep 0.05; done';
      const ref = await pods.submit(`${pods.marks.command(mark)}; echo begun; ${wait}; ${write}; sleep 600`, cluster);
      await firstOutput(pods.client(), ref);
      return ref;
    },
    act: async (pods, _mark, submitted) => {
      const ref = submittedBefore(submitted);
      await inCommand(pods, ref, ': >/tmp/gate');
      return toItsEnd(pods, ref);
    },
    verify: (pods, mark, { properties }, text) => {
      assert.match(properties.reason ?? '', /^OutputLimitExceeded: /);
      assert.deepEqual([properties.provisioningState, properties.longarm?.complete], ['Failed', false]);
      assert.equal(text, `begun\n${'y'.repeat(limitBytes - 'begun\n'.length)}`);
      assert.equal(pods.marks.count(mark), 1);
    },
  },
  {
    name: 'cancelled while its pod waits for a node',
    passesBy: [],
    prepare: (pods, mark) => submitNowhere(pods, { command: pods.marks.command(mark) }),
    act: async (pods, _mark, submitted) => cancel(pods, submittedBefore(submitted)),
    verify: assertNeverRan,
  },
  {
    name: 'replaced while its pod waits for a node, and cancelled',
    passesBy: [],
    prepare: (pods, mark) => submitNowhere(pods, { command: pods.marks.command(mark) }),
    act: async (pods, _mark, submitted) => {
      const ref = submittedBefore(submitted);
      const { uid } = (await podOf(pods, ref)).metadata ?? {};
      await deleteAtOnce(pods, ref);
      await until('another pod', async () => ((await podOf(pods, ref)).metadata?.uid === uid ? undefined : true));
      return cancel(pods, ref);
    },
    verify: assertNeverRan,
  },
];
