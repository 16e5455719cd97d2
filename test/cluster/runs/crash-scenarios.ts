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
import { eventually } from '../one-node/eventually.ts';
import type { PodServer } from '../pod-server.ts';
import type { CrashingPods } from './crashing-pods.ts';
import { inCommand } from './long-run.ts';

/** A way of a command through crash points. */
export interface CrashScenario {
  readonly name: string;
  /** The points at which the server is killed. */
  readonly points: readonly string[];
  /** Makes ready what comes before the point is armed; may leave the server dead. @returns what was submitted by then. */
  prepare(pods: CrashingPods, mark: string): Promise<CommandRef | undefined>;
  /** Passes the points. Answers once the command has ended. */
  act(pods: PodServer, mark: string, submitted: CommandRef | undefined): Promise<CommandRef>;
  /** Asserts what must be true then, wherever the crash was. Nothing is left when it is called. */
  verify(pods: PodServer, mark: string, result: CommandResult, printed: string): void;
}

const around = (...effects: readonly string[]): readonly string[] =>
  effects.flatMap((effect) => [`before ${effect}`, `after ${effect}`]);

/** Points of an exec: before it is asked for, when it is open, when it is over. */
const throughout = (exec: string): readonly string[] => [`before ${exec}`, `in ${exec}`, `after ${exec}`];

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
  const path = `/api/v1/namespaces/${pods.namespace}/pods/longarm-${ref.id.replaceAll('-', '')}`;
  await eventually('The pod', 30_000, AbortSignal.timeout(60_000), () =>
    pods.kube.request({ method: 'GET', path }, AbortSignal.timeout(10_000)),
  );
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
    points: [
      ...around('commit accepted', 'commit claimed', 'commit launching', 'post secrets', 'post pods'),
      // The second commit of that phase is the one that admits the worker to the pod.
      'again before commit launching',
      'again after commit launching',
      ...throughout('exec longarm-spool open'),
      ...around('commit running', 'commit completed', 'delete pods', 'delete secrets'),
    ],
    prepare: async () => undefined,
    act: async (pods, mark) => toItsEnd(pods, await run(pods, mark, small)),
    verify: assertCompleted,
  },
  {
    name: 'run with files that are brought by exec',
    points: [...throughout('exec longarm-progress'), ...throughout('exec longarm-upload')],
    prepare: async () => undefined,
    act: async (pods, mark) => toItsEnd(pods, await run(pods, mark, large)),
    verify: assertCompleted,
  },
  {
    name: 'adopted before it was let begin',
    points: [
      'again before commit launching',
      'again after commit launching',
      ...throughout('exec longarm-spool open'),
      ...around('commit running'),
    ],
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
    points: [...around('list pods', 'watch pods', 'commit running'), ...throughout('exec longarm-spool follow')],
    prepare: async (pods, mark) => {
      const ref = await run(pods, mark, small, 'until [ -e /tmp/gate ]; do sleep 0.05; done');
      const client = pods.client();
      await eventually('The start', 60_000, AbortSignal.timeout(90_000), async () => {
        return (await client.result(ref)).result.properties.startedAt;
      });
      await pods.stop('SIGKILL');
      return ref;
    },
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
    name: 'cancelled while it runs',
    points: [...throughout('exec longarm-stop'), ...throughout('exec longarm-term'), ...around('commit cancelled')],
    prepare: async (pods, mark) => {
      const ref = await pods.submit(`${pods.marks.command(mark)}; echo begun; sleep 600`);
      await firstOutput(pods.client(), ref);
      return ref;
    },
    act: async (pods, _mark, submitted) => cancel(pods, submittedBefore(submitted)),
    verify: (pods, mark, { properties }, text) => {
      assert.equal(properties.provisioningState, 'Canceled');
      assert.equal(text, 'begun\n');
      assert.equal(pods.marks.count(mark), 1);
    },
  },
  {
    name: 'cancelled while its pod waits for a node',
    points: around('delete pods', 'commit cancelled'),
    prepare: (pods, mark) => submitNowhere(pods, { command: pods.marks.command(mark) }),
    act: async (pods, _mark, submitted) => cancel(pods, submittedBefore(submitted)),
    verify: (pods, mark, { properties }, text) => {
      assert.equal(properties.provisioningState, 'Canceled');
      assert.equal(text, '');
      assert.equal(pods.marks.count(mark), 0);
    },
  },
];
