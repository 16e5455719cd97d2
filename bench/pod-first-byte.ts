import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { submit, untilEnded, versioned } from './bench-server.ts';
import { type Figure, type Place, ratio } from './measure.ts';
import type { PodBench } from './pod-cluster.ts';
import { sampleOf } from './sample.ts';

/** How soon a follower has what a command writes, against `kubectl exec … tail -f`. */
export async function podFirstByte(place: Place, bench: PodBench): Promise<readonly Figure[]> {
  const { signal } = place;
  const caller = bench.server.caller(1);
  // The kernel's clock, which a pod shares with this machine.
  const times = 'i=0; while [ $i -lt 60 ]; do i=$((i+1)); cut -d" " -f1 /proc/uptime; sleep 0.5; done';
  const result = await submit(caller, bench.path, times);
  const commandId = /commandResults\/([0-9a-f]{32})/.exec(result)?.[1] ?? '';
  const followed: number[] = [];
  const tailed: number[] = [];
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const output = versioned(`${result.split('?')[0]}/output`, 'follow=true');
  const follower = follow(bench, output, followed, until);
  const pod = `longarm-${commandId}`;
  const tail = tailInPod(bench, pod, tailed, until);
  await untilEnded(caller, result, signal);
  over.abort();
  await Promise.allSettled([follower, tail]);
  const skip = 5;
  return [
    ratio(
      {
        name: 'pod-first-byte',
        what: 'from a line’s writing in the pod to a following client',
        against: '`kubectl exec … tail -f` of the same spool',
        reach: { bound: 'at most', value: 1.5 },
      },
      { subject: sampleOf('ms', followed.slice(skip)), baseline: sampleOf('ms', tailed.slice(skip)) },
    ),
  ];
}

/** Milliseconds since a line was written, by the kernel's own clock: its resolution is 10 ms. */
function sinceWritten(line: string): number {
  return uptimeMs() - Number(line) * 1000;
}

function uptimeMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

async function follow({ server }: PodBench, path: string, into: number[], signal: AbortSignal): Promise<void> {
  const url = `http://127.0.0.1:${server.plainPort}${path}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${server.token}` }, signal });
  if (response.body === null) return;
  for await (const chunk of response.body) collect(Buffer.from(chunk).toString(), into);
}

async function tailInPod(
  { cluster, namespace }: PodBench,
  pod: string,
  into: number[],
  signal: AbortSignal,
): Promise<void> {
  const args = ['--kubeconfig', cluster.kubeconfig, '-n', namespace, 'exec', pod, '-c', 'command', '--'];
  for (;;) {
    signal.throwIfAborted();
    const tail = spawn(cluster.kubectl, [...args, 'tail', '-n', '+1', '-f', '/longarm/spool/out'], { signal });
    tail.on('error', () => undefined);
    tail.stdout.on('data', (chunk: Buffer) => collect(chunk.toString(), into));
    const [code] = (await once(tail, 'exit')) as [number | null];
    if (code === 0 || signal.aborted) return;
  }
}

function collect(text: string, into: number[]): void {
  for (const line of text.split('\n')) if (line.trim() !== '') into.push(sinceWritten(line));
}
