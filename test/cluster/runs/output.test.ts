import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { peakBytesOf } from '../../loss/processes.ts';
import { digestOf, readOutput, storedOf } from '../../loss/read-output.ts';
import { shortened } from '../../shortened.ts';
import { type PodServer, startPodServer } from '../pod-server.ts';

const mib = 1024 * 1024;
const large = shortened(1024 * mib, 8);
const lines = shortened(200_000, 4);

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

  async function printed(command: string) {
    const ref = await server.submit(command);
    const { result, ...followed } = await readOutput(server.client(), ref);
    const { result: again, ...fetched } = await readOutput(server.client(), ref, { follow: false });
    assert.deepEqual(fetched, followed, 'followed and fetched differ');
    assert.deepEqual(storedOf(again), followed);
    assert.equal(result.properties.longarm?.totalBytes, followed.bytes);
    return { digest: followed, properties: result.properties };
  }

  test(`${large.title} random bytes, far beyond where kubelets rotate logs, come whole with the sha256 they had in the pod`, async (t) => {
    // The digest leaves the pod on a way of its own, and by being counted tells how often the command ran.
    const sum = 'sha256sum <fifo >sum & head -c';
    const tell = server.marks.command('$(cut -c1-64 sum)');
    const began = performance.now();
    const { digest, properties } = await printed(
      `mkfifo fifo; ${sum} ${large.count} /dev/urandom | tee fifo; wait; ${tell}; exit 4`,
    );
    const seconds = (performance.now() - began) / 1000;
    const peak = peakBytesOf(server.pid);
    t.diagnostic(
      `${(large.count / mib / seconds).toFixed(0)} MiB/s from submit to the last byte; peak RSS ${(peak / mib).toFixed(0)} MiB`,
    );
    assert.equal(digest.bytes, large.count);
    assert.equal(server.marks.count(digest.sha256), 1);
    const { provisioningState, exitCode, longarm } = properties;
    assert.deepEqual([provisioningState, exitCode, longarm?.complete], ['Succeeded', 4, true]);
    await server.nothingLeft();
  });

  test(`${lines.title} lines, each to the other of stdout and stderr than the one before, come in the order they were written`, async () => {
    const half = lines.count / 2;
    const { digest, properties } = await printed(
      `${server.marks.command('lines')}; i=0; while [ $i -lt ${half} ]; do echo "out $i"; echo "err $i" >&2; i=$((i+1)); done`,
    );
    const expected = Array.from({ length: half }, (_, line) => `out ${line}\nerr ${line}\n`).join('');
    assert.deepEqual(digest, digestOf(Buffer.from(expected)));
    const { provisioningState, exitCode, longarm } = properties;
    assert.deepEqual([provisioningState, exitCode, longarm?.complete], ['Succeeded', 0, true]);
    assert.equal(server.marks.count('lines'), 1);
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

  test('nothing is left of any', () => server.nothingLeft());
});
