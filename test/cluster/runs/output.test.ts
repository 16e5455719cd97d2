import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { CommandRef } from '../../../src/client/session.ts';
import { peakBytesOf } from '../../loss/processes.ts';
import { digestOf, readOutput, storedOf } from '../../loss/read-output.ts';
import { shortened } from '../../shortened.ts';
import { clusterUnderTest } from '../cluster-under-test.ts';
import { type PodServer, startPodServer } from '../pod-server.ts';
import { inPod, podName, until } from './in-pod.ts';

const mib = 1024 * 1024;
const large = shortened(1024 * mib, 8);
const lines = shortened(200_000, 4);

/** How much is written into the log of the container: more than a kubelet lets it grow to, 10 MiB. */
const logged = 16 * mib;
const firstOfLog = 'the first line of the log';

/** Not held back by the processor time that a command is given otherwise. */
const unhurried = {
  spec: {
    containers: ['keeper', 'command'].map((name) => ({
      name,
      resources: { requests: { cpu: '1m', memory: '8Mi' }, limits: { cpu: '2', memory: '512Mi' } },
    })),
  },
};

interface Shape {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const shapes: readonly Shape[] = [
  { name: 'nothing', bytes: Buffer.alloc(0) },
  { name: 'text that does not end with a newline', bytes: Buffer.from('one\ntwo') },
  { name: 'CR LF, and a CR alone', bytes: Buffer.from('a\r\nb\r\n\rc\r') },
  { name: 'NUL and other control characters', bytes: Buffer.from('a\0b\0\0\x01\x1b[2J\x7f\n\0') },
  {
    name: 'bytes that are no UTF-8',
    bytes: Buffer.from([0x61, 0xff, 0xfe, 0x62, 0xc0, 0xaf, 0x0a, 0xed, 0xa0, 0x80, 0x63, 0xe2, 0x82]),
  },
  { name: 'all bytes there are', bytes: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)) },
  { name: '20,000 random bytes', bytes: randomBytes(20_000) },
];

describe('output of a command in a pod', () => {
  let server: PodServer;
  before(async () => {
    server = await startPodServer({ extension: { podTemplate: unhurried } });
  });
  after(() => server.dispose());

  let marks = 0;
  const logOf = (ref: CommandRef, container: string, ...options: readonly string[]): string => {
    const { kubectl, kubeconfig } = clusterUnderTest();
    const words = ['logs', podName(ref), '-n', server.namespace, '-c', container, ...options];
    return execFileSync(kubectl, ['--kubeconfig', kubeconfig, ...words], { encoding: 'utf8', stdio: 'pipe' });
  };

  /** Submits a command that leaves one mark under this name first. */
  async function submitMarked(command: string): Promise<{ readonly ref: CommandRef; readonly mark: string }> {
    marks += 1;
    const mark = `output-${marks}`;
    return { ref: await server.submit(`${server.marks.command(mark)}\n${command}`), mark };
  }

  /** Reads all that a command printed, twice, and asserts that it ran once and that nothing is left of it. */
  async function printed(command: string) {
    return read(await submitMarked(command));
  }

  async function read({ ref, mark }: Awaited<ReturnType<typeof submitMarked>>) {
    const { result, ...followed } = await readOutput(server.client(), ref);
    const { result: again, ...fetched } = await readOutput(server.client(), ref, { follow: false });
    assert.deepEqual(fetched, followed, 'followed and fetched differ');
    assert.deepEqual(storedOf(again), followed);
    assert.equal(result.properties.longarm?.totalBytes, followed.bytes);
    await server.nothingLeft();
    assert.equal(server.marks.count(mark), 1);
    return { digest: followed, properties: result.properties };
  }

  test(`${large.title} random bytes come whole, with the sha256 they had in the pod, while the kubelet rotates the log of its container`, async (t) => {
    // No output ever enters a log of the kubelet's. So the command writes one, for there to be something to rotate.
    // Its first line is waited for before there is more: a log is rotated when it has grown, and that may be at once.
    const log = [
      `echo ${firstOfLog} >/proc/1/fd/1`,
      'until [ -e /tmp/seen ]; do sleep 0.05; done',
      `head -c ${logged} /dev/zero | tr '\\0' x >/proc/1/fd/1`,
    ];
    // The digest leaves the pod on a way of its own.
    const bytes = `mkfifo fifo; sha256sum <fifo >sum & head -c ${large.count} /dev/urandom | tee fifo; wait`;
    const digestMark = server.marks.command('digest-$(cut -c1-64 sum)');
    const wait = 'until [ -e /tmp/gate ]; do sleep 0.05; done';
    const submitted = await submitMarked([...log, bytes, digestMark, wait, 'exit 4'].join('\n'));
    const reading = read(submitted);
    try {
      // What is shown of a log is the file that is written now.
      const hasFirst = async () => logOf(submitted.ref, 'command', '--limit-bytes=1000').startsWith(firstOfLog);
      await until('a log', async () => ((await hasFirst()) ? true : undefined));
      await inPod(server, submitted.ref, 'command', ': >/tmp/seen');
      await until('a rotation of it', async () => ((await hasFirst()) ? undefined : true));
      assert.equal(logOf(submitted.ref, 'keeper'), '');
    } finally {
      await until('a way to let it end', () => inPod(server, submitted.ref, 'command', ': >/tmp/seen; : >/tmp/gate'));
    }
    const { digest, properties } = await reading;
    t.diagnostic(`peak RSS of the server ${(peakBytesOf(server.pid) / mib).toFixed(0)} MiB`);
    assert.equal(digest.bytes, large.count);
    assert.equal(server.marks.count(`digest-${digest.sha256}`), 1);
    const { provisioningState, exitCode, longarm } = properties;
    assert.deepEqual([provisioningState, exitCode, longarm?.complete], ['Succeeded', 4, true]);
  });

  test(`${lines.title} lines, each to the other of stdout and stderr than the one before, come in the order they were written`, async () => {
    const half = lines.count / 2;
    const { digest, properties } = await printed(
      `i=0; while [ $i -lt ${half} ]; do echo "out $i"; echo "err $i" >&2; i=$((i+1)); done`,
    );
    const expected = Array.from({ length: half }, (_, line) => `out ${line}\nerr ${line}\n`).join('');
    assert.deepEqual(digest, digestOf(Buffer.from(expected)));
    const { provisioningState, exitCode, longarm } = properties;
    assert.deepEqual([provisioningState, exitCode, longarm?.complete], ['Succeeded', 0, true]);
  });

  test('a line of 5 MB without a newline at its end comes whole', async () => {
    const { digest, properties } = await printed("head -c 5000000 /dev/zero | tr '\\0' x; exit 2");
    assert.deepEqual(digest, digestOf(Buffer.alloc(5_000_000, 'x')));
    assert.deepEqual([properties.exitCode, properties.longarm?.complete], [2, true]);
  });

  for (const { name, bytes } of shapes) {
    test(`${name}: come to the byte`, async () => {
      const half = Math.floor(bytes.length / 2);
      const [first, rest] = [bytes.subarray(0, half), bytes.subarray(half)].map((part) =>
        Buffer.from(part).toString('base64'),
      );
      const { digest, properties } = await printed(
        `base64 -d <<'END'\n${first}\nEND\nbase64 -d >&2 <<'END'\n${rest}\nEND\nexit 3`,
      );
      assert.deepEqual(digest, digestOf(bytes));
      const { provisioningState, exitCode, longarm, logs } = properties;
      assert.deepEqual([provisioningState, exitCode, longarm?.complete], ['Succeeded', 3, true]);
      assert.equal(logs, new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
    });
  }
});
