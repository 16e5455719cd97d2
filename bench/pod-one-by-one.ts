import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { submit, untilEnded } from './bench-server.ts';
import { type Figure, msFor, type Place, ratio, value } from './measure.ts';
import { barePod, type PodBench, removeBarePod, restricted } from './pod-cluster.ts';
import { type Sample, sampleOf } from './sample.ts';

const rounds = 50;

/** POST of `true` to its result, against a bare pod and against `kubectl run`. */
export async function podOneByOne(place: Place, bench: PodBench): Promise<readonly Figure[]> {
  const { signal } = place;
  const caller = bench.server.caller(1, true);
  const name = () => `bare-${randomBytes(6).toString('hex')}`;
  const ours: number[] = [];
  const requests: number[] = [];
  const bare: number[] = [];
  const run: number[] = [];
  for (let i = 0; i < rounds + 3; i++) {
    const pod = name();
    const bareMs = await msFor(() => barePod(bench, pod, signal));
    await removeBarePod(bench, pod, signal);
    const before = await bench.requests();
    const ourMs = await msFor(async () => {
      await untilEnded(caller, await submit(caller, bench.path, 'true'), signal);
    });
    // The pod is taken away after the answer; what that costs belongs to the command.
    await new Promise((resolve) => setTimeout(resolve, 150));
    const sent = (await bench.requests()) - before;
    if (i < 3) continue;
    bare.push(bareMs);
    ours.push(ourMs);
    requests.push(sent);
    if (i % 5 === 0) run.push(await msFor(() => kubectlRun(bench, name(), signal)));
  }
  const what = 'POST of `true` to its result, through a held poll, over TLS, in a pod';
  const against = 'a bare pod with one container, until a watch shows its end';
  const median = { subject: sampleOf('ms', ours), baseline: sampleOf('ms', bare) };
  return [
    ratio({ name: 'pod-true', what, against, reach: { bound: 'at most', value: 0.7 } }, median),
    ratio(
      {
        name: 'pod-true-p95',
        what: `${what}: the 95th percentile`,
        against: 'that of the bare pod',
        reach: { bound: 'at most', value: 0.7 },
      },
      { subject: percentile(ours), baseline: percentile(bare) },
    ),
    ratio(
      {
        name: 'pod-true-run',
        what,
        against: '`kubectl run --rm -i --restart=Never -- true`',
        reach: { bound: 'at most', value: 0.4 },
      },
      { subject: median.subject, baseline: sampleOf('ms', run) },
    ),
    value(
      {
        name: 'pod-requests',
        what: 'requests to the API server for it, alone',
        reach: { bound: 'at most', value: 14 },
      },
      sampleOf('requests', requests),
    ),
  ];
}

async function kubectlRun({ cluster, namespace }: PodBench, name: string, signal: AbortSignal): Promise<void> {
  const security = {
    spec: {
      securityContext: restricted.pod,
      containers: [
        {
          name,
          image: cluster.image,
          args: ['true'],
          stdin: true,
          stdinOnce: true,
          securityContext: restricted.container,
        },
      ],
    },
  };
  const args = ['--kubeconfig', cluster.kubeconfig, '-n', namespace, 'run', name, '--rm', '-i', '--restart=Never'];
  const overrides = ['--override-type=strategic', `--overrides=${JSON.stringify({ apiVersion: 'v1', ...security })}`];
  await promisify(execFile)(cluster.kubectl, [...args, `--image=${cluster.image}`, ...overrides, '--', 'true'], {
    signal,
  });
}

/** The 95th percentile, as a sample of one. */
function percentile(values: readonly number[]): Sample {
  const sorted = values.toSorted((a, b) => a - b);
  return { ...sampleOf('ms', [sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN]), count: values.length };
}
