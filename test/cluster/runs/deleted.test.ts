import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import type { CommandRef } from '../../../src/client/session.ts';
import type { ClusterAddress } from '../../../src/core/resource-id.ts';
import { inParallel } from '../../loss/in-parallel.ts';
import { firstOutput } from '../../loss/read-output.ts';
import { seededRandom } from '../../loss/seeded-random.ts';
import { shortened } from '../../shortened.ts';
import { clusterUnderTest } from '../cluster-under-test.ts';
import { isThere, makeNamespace } from '../executor/test-namespace.ts';
import { modest } from '../executor/kubernetes-bench.ts';
import { type PodServer, startPodServer } from '../pod-server.ts';
import { deleteAtOnce, podOf, until } from './in-pod.ts';

const exits = shortened(50, 10);
const moments = shortened(200, 20);
const width = 4;

describe('pods that others delete with a grace of 0', () => {
  let server: PodServer;
  before(async () => {
    const flags = ['--concurrent', '8', '--worker-concurrency', '8'];
    server = await startPodServer({ flags });
  });
  after(() => server.dispose());

  describe('while they wait for a node', () => {
    // No node has it but where a test lets the pod run.
    const label = `longarm.dev/test-${randomInt(2 ** 31)}`;
    const kubectl = (...args: readonly string[]): void => {
      const { kubectl: program, kubeconfig } = clusterUnderTest();
      execFileSync(program, ['--kubeconfig', kubeconfig, ...args], { stdio: 'ignore' });
    };
    let cluster: ClusterAddress;
    before(async () => {
      cluster = await server.register('nowhere', {
        podTemplate: { spec: { ...modest.spec, nodeSelector: { [label]: 'here' } } },
      });
    });
    after(() => kubectl('label', 'nodes', '--all', `${label}-`));

    /** Waits for a pod of the command that is another one than this, and gives its uid. */
    const anotherPod = (ref: CommandRef, than?: string) =>
      until('a pod', async () => {
        const uid = (await podOf(server, ref)).metadata?.uid;
        return uid === than ? undefined : uid;
      });

    test('another pod takes the place of one that is deleted, and the command runs once', async () => {
      const ref = await server.submit(`${server.marks.command('replaced')}; echo here; exit 5`, cluster);
      const first = await anotherPod(ref);
      assert.ok(await deleteAtOnce(server, ref));
      await anotherPod(ref, first);
      kubectl('label', 'nodes', '--all', `${label}=here`);
      const { properties } = await server.client().waitForEnd(ref);
      kubectl('label', 'nodes', '--all', `${label}-`);
      assert.deepEqual(
        [properties.provisioningState, properties.exitCode, properties.logs, properties.longarm?.complete],
        ['Succeeded', 5, 'here\n', true],
        JSON.stringify(properties),
      );
      await server.nothingLeft();
      assert.equal(server.marks.count('replaced'), 1);
    });

    test('where one after the other is deleted: PodDeleted, and it is said that nothing ran, which is so', async () => {
      const ref = await server.submit(server.marks.command('pending'), cluster);
      const client = server.client();
      const over = { yes: false };
      const ending = client.waitForEnd(ref).finally(() => (over.yes = true));
      let deleted = 0;
      await until('its end', async () => {
        if (!over.yes && (await deleteAtOnce(server, ref))) deleted += 1;
        return over.yes ? true : undefined;
      });
      const { properties } = await ending;
      assert.ok(deleted >= 2, `${deleted} pods`);
      assert.equal(properties.provisioningState, 'Failed', JSON.stringify(properties));
      assert.match(properties.reason ?? '', /^PodDeleted: .*nothing ran/s);
      assert.equal(properties.longarm?.totalBytes, 0);
      await server.nothingLeft();
      assert.equal(server.marks.count('pending'), 0);
    });
  });

  test('while it runs: PodDeleted, what it wrote by then is kept and not called complete, and it is not run again', async () => {
    const ref = await server.submit(`${server.marks.command('running')}; echo begun; sleep 600`);
    const client = server.client();
    assert.equal(await firstOutput(client, ref), 'begun\n');
    assert.ok(await deleteAtOnce(server, ref));
    const { properties } = await client.waitForEnd(ref);
    const { provisioningState, reason, exitCode, logs, longarm } = properties;
    assert.deepEqual([provisioningState, exitCode, logs], ['Failed', undefined, 'begun\n'], JSON.stringify(properties));
    assert.match(reason ?? '', /^PodDeleted: .*may/s);
    assert.equal(longarm?.complete, false);
    await server.nothingLeft();
    assert.equal(server.marks.count('running'), 1);
  });

  /** How a command ended whose pod was deleted at some moment, and how often it may have taken effect then. */
  interface Ending {
    readonly word: 'completed' | 'never ran' | 'may have run';
    readonly effects: readonly number[];
    readonly mark: string;
    readonly what: string;
  }

  /** Asserts what holds of its end and of its output whenever the pod was deleted. */
  async function soundEnd(ref: CommandRef, mark: string, why: string): Promise<Ending> {
    const { properties } = await server.client().waitForEnd(ref);
    const { provisioningState, reason = '', exitCode, logs = '', longarm } = properties;
    const what = `${why}, command ${ref.id}: ${JSON.stringify(properties)}`;
    if (provisioningState === 'Succeeded') {
      assert.deepEqual([exitCode, logs, longarm?.complete], [5, 'begun\nover\n', true], what);
      return { word: 'completed', effects: [1], mark, what };
    }
    assert.equal(provisioningState, 'Failed', what);
    assert.match(reason, /^PodDeleted: /, what);
    assert.ok('begun\nover\n'.startsWith(logs), what);
    if (/nothing ran/.test(reason)) return { word: 'never ran', effects: [0], mark, what };
    assert.equal(longarm?.complete, false, what);
    return { word: 'may have run', effects: [0, 1], mark, what };
  }

  /** Asserts how often each took effect, once nothing is left that could. @returns how many ended how */
  async function effectsAreSound(endings: readonly Ending[]): Promise<string> {
    await server.nothingLeft();
    for (const { mark, effects, what } of endings) {
      assert.ok(effects.includes(server.marks.count(mark)), `${server.marks.count(mark)} effects; ${what}`);
    }
    const words = endings.map(({ word }) => word);
    return [...new Set(words)].map((word) => `${words.filter((each) => each === word).length} ${word}`).join('; ');
  }

  /** The numbers that chance has for a test. The variable has it play the same once more. */
  function drawn<T>(count: number, draw: (random: () => number) => T): { seed: string; draws: readonly T[] } {
    const seed = Number(process.env['DELETE_SEED_OF_LONGARM'] ?? randomInt(2 ** 31));
    const random = seededRandom(seed);
    return { seed: `seed ${seed} (DELETE_SEED_OF_LONGARM)`, draws: Array.from({ length: count }, () => draw(random)) };
  }

  test(`in the moment after it exits, ${exits.title} times: its own exit with all of its output, or PodDeleted and incomplete, and one effect`, async (t) => {
    // Half of them at once, and the others before the server is done with most of them.
    const { seed, draws } = drawn(exits.count, (random) => Math.max(0, random() - 0.5) * 400);
    let hits = 0;
    const endings = await inParallel(exits.count, width, async (index) => {
      const mark = `exit-${index}`;
      const ref = await server.submit(`echo begun; echo over; ${server.marks.command(mark)}; exit 5`);
      await server.marks.arrived(mark, AbortSignal.timeout(60_000));
      await pass(draws[index] ?? 0);
      if (await deleteAtOnce(server, ref)) hits += 1;
      return { ...(await soundEnd(ref, mark, `${seed}, exit ${index}`)), effects: [1] };
    });
    t.diagnostic(`${seed}: ${hits} pods were still there; ${await effectsAreSound(endings)}`);
    assert.ok(hits > 0, `${seed}: every pod was gone before it could be deleted`);
  });

  test(`at ${moments.title} random moments of the first 3 s: one effect, or none where it is said that nothing ran, and what is stored is a beginning of what was written`, async (t) => {
    const { seed, draws } = drawn(moments.count, (random) => ({ nap: random(), pauseMs: random() * 3000 }));
    let hits = 0;
    const endings = await inParallel(moments.count, width, async (index) => {
      const { nap, pauseMs } = draws[index] ?? { nap: 0, pauseMs: 0 };
      const mark = `moment-${index}`;
      const ref = await server.submit(
        `echo begun; sleep ${nap.toFixed(2)}; ${server.marks.command(mark)}; echo over; exit 5`,
      );
      await pass(pauseMs);
      if (await deleteAtOnce(server, ref)) hits += 1;
      return soundEnd(ref, mark, `${seed}, moment ${index}`);
    });
    t.diagnostic(`${seed}: ${hits} pods were there; ${await effectsAreSound(endings)}`);
    assert.ok(hits > 0, `${seed}: there was never a pod to delete`);
  });
});

describe('a namespace that is deleted', () => {
  let server: PodServer;
  before(async () => {
    server = await startPodServer();
  });
  after(() => server.dispose());

  test('ends what runs with PodDeleted and all that it wrote, hinders what comes next with what to do, and does not matter once it is back', async () => {
    const client = server.client();
    const wait = `trap 'echo told; exit 9' TERM; while :; do sleep 0.1; done`;
    const ref = await server.submit(`${server.marks.command('first')}; echo begun; ${wait}`);
    await firstOutput(client, ref);
    const path = `/api/v1/namespaces/${server.namespace}`;
    await server.kube.request({ method: 'DELETE', path }, AbortSignal.timeout(30_000));
    const { properties } = await client.waitForEnd(ref);
    const { provisioningState, reason, logs, longarm } = properties;
    assert.equal(provisioningState, 'Failed', JSON.stringify(properties));
    // The shell itself may say how its `sleep` ended.
    assert.match(logs ?? '', /^begun\n(Terminated\n)?told\n$/);
    assert.match(reason ?? '', /^PodDeleted: /);
    assert.deepEqual([longarm?.complete, longarm?.storedBytes], [true, logs?.length]);

    await until('the end of the namespace', async () =>
      (await isThere(server.kube, path, AbortSignal.timeout(10_000))) ? undefined : true,
    );
    const next = await client.waitForEnd(await server.submit(server.marks.command('second')));
    assert.equal(next.properties.provisioningState, 'Failed', JSON.stringify(next.properties));
    assert.match(
      next.properties.reason ?? '',
      new RegExp(`^NotInstalled: .*${server.namespace}.*longarm cluster`, 's'),
    );

    await makeNamespace(server.kube, server.namespace);
    const last = await client.waitForEnd(await server.submit(`${server.marks.command('third')}; echo again; exit 6`));
    const { exitCode, logs: lastLogs, longarm: lastFacts } = last.properties;
    assert.deepEqual([exitCode, lastLogs, lastFacts?.complete], [6, 'again\n', true], JSON.stringify(last.properties));
    await server.nothingLeft();
    assert.deepEqual(
      ['first', 'second', 'third'].map((mark) => server.marks.count(mark)),
      [1, 0, 1],
    );
  });
});
