import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { objectOf } from '../src/client/json-fields.ts';
import { writeZip } from '../src/cli/zip-writer.ts';
import { submit, untilEnded, versioned } from './bench-server.ts';
import { type Figure, inTurn, type Place, ratio, value } from './measure.ts';
import { type PodBench, removeBarePod, restricted } from './pod-cluster.ts';
import { peakResidentBytes } from './process-figures.ts';
import { sampleOf } from './sample.ts';

const mib = 1024 ** 2;
const outputBytes = 1024 * mib;
/** Comes with the command as a file: so what it prints is known here, and its digest can be compared. */
const pieceBytes = mib / 2;
const writtenAtOnce = 16 * mib;

/** 1 GiB of random bytes to the sealed store, with the right sha256, against `kubectl exec … cat` of as many. */
export async function podOutput(place: Place, bench: PodBench): Promise<readonly Figure[]> {
  const { signal } = place;
  const caller = bench.server.caller(1);
  const seed = randomBytes(8).toString('hex');
  // Random bytes come slower than a pod is read, so they are made once and written as fast as the disk gives them.
  const repeat = (count: number, file: string) => `i=0; while [ $i -lt ${count} ]; do i=$((i+1)); cat ${file}; done`;
  const make = `head -c ${writtenAtOnce} /dev/urandom >all`;
  const gather = `${repeat(writtenAtOnce / pieceBytes, 'piece')} >all`;
  const write = repeat(outputBytes / writtenAtOnce, 'all');
  const piece = randomBytes(pieceBytes);
  const context = writeZip([{ path: 'piece', mode: 0o644, bytes: piece }]);
  const digest = createHash('sha256');
  for (let at = 0; at < outputBytes; at += pieceBytes) digest.update(piece);
  const expected = digest.digest('hex');
  const pair = await inTurn(
    'MiB/s',
    3,
    1,
    async () =>
      await catRate(bench, `cat-${seed}-${randomBytes(3).toString('hex')}`, `${make}; (${write}) >whole`, signal),
    async () => {
      const result = await submit(caller, bench.path, `${gather}; ${write}`, context);
      const begun = await untilBegun(caller, result, signal);
      const { text: ended } = await untilEnded(caller, result, signal);
      const seconds = (performance.now() - begun) / 1000;
      const { longarm } = objectOf(objectOf(JSON.parse(ended))['properties']) as {
        longarm?: { sha256?: string; complete?: boolean };
      };
      if (longarm?.complete !== true || longarm.sha256 !== expected)
        throw new Error(`Not all came: ${ended.slice(-400)}`);
      await caller.call('DELETE', versioned(result.split('?')[0] ?? ''));
      return outputBytes / mib / seconds;
    },
  );
  const what = '1 GiB of output in a pod, from its start to the sealed store';
  return [
    ratio(
      {
        name: 'pod-output',
        what,
        against: '`kubectl exec … cat` of as much',
        reach: { bound: 'at least', value: 0.85 },
      },
      pair,
    ),
    value(
      {
        name: 'pod-output-memory',
        what: 'the server’s largest RSS meanwhile',
        reach: { bound: 'at most', value: 250 },
      },
      sampleOf('MiB', [peakResidentBytes(bench.server.pid) / mib]),
    ),
  ];
}

async function untilBegun(
  caller: ReturnType<PodBench['server']['caller']>,
  result: string,
  signal: AbortSignal,
): Promise<number> {
  for (;;) {
    signal.throwIfAborted();
    const { text } = await caller.call('GET', result.split('&')[0] ?? result);
    if (text.includes('"startedAt"')) return performance.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** How fast kubectl brings a file of that size out of a pod that sleeps. */
async function catRate(bench: PodBench, name: string, prepare: string, signal: AbortSignal): Promise<number> {
  const { client, namespace, cluster } = bench;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const spec = {
    restartPolicy: 'Never',
    securityContext: restricted.pod,
    containers: [
      {
        name: 'bare',
        image: cluster.image,
        command: ['/bin/sh', '-c', `cd /data; ${prepare}; touch ready; sleep 3600`],
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
        securityContext: restricted.container,
      },
    ],
    volumes: [{ name: 'data', emptyDir: {} }],
  };
  await client.request(
    { method: 'POST', path: pods, body: { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec } },
    signal,
  );
  try {
    const args = ['--kubeconfig', cluster.kubeconfig, '-n', namespace, 'exec', name, '--'];
    await promisify(execFile)(
      cluster.kubectl,
      [
        '--kubeconfig',
        cluster.kubeconfig,
        '-n',
        namespace,
        'wait',
        '--for=condition=Ready',
        `pod/${name}`,
        '--timeout=60s',
      ],
      { signal },
    );
    await promisify(execFile)(cluster.kubectl, [...args, 'sh', '-c', 'until [ -e /data/ready ]; do sleep 0.1; done'], {
      signal,
    });
    const began = performance.now();
    const cat = spawn(cluster.kubectl, [...args, 'cat', '/data/whole'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      signal,
    });
    // Whoever wants to know that all came right takes the digest as well, as the store does.
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of cat.stdout) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
    hash.digest();
    if (bytes !== outputBytes) throw new Error(`kubectl brought ${bytes} bytes.`);
    return bytes / mib / ((performance.now() - began) / 1000);
  } finally {
    await removeBarePod(bench, name, signal);
  }
}
