import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { digestOf, firstOutput, readOutput } from '../../loss/read-output.ts';
import { type PodServer, startPodServer } from '../pod-server.ts';
import { inPod, podOf, until } from './in-pod.ts';

const mib = 1024 * 1024;
const limitBytes = 2 * mib;
/** What `src/executors/kubernetes/pod/build-pod.ts` lets a spool hold beyond what is stored. */
const marginBytes = 64 * mib;

describe('a command that writes while its server is away', () => {
  let server: PodServer;
  before(async () => {
    server = await startPodServer({ extension: { limits: { outputBytes: limitBytes } } });
  });
  after(() => server.dispose());

  /** Has a command write so many bytes after its server was killed, and then starts the server again. */
  async function writeUnwatched(mark: string, bytes: number) {
    const wait = 'while [ ! -e /tmp/go ]; do sleep 0.05; done';
    const write = `tr '\\0' y </dev/zero | head -c ${bytes}`;
    const ref = await server.submit(`${server.marks.command(mark)}; echo begun; ${wait}; ${write}; exit 4`);
    const client = server.client();
    await firstOutput(client, ref);
    await server.stop('SIGKILL');
    await inPod(server, ref, 'command', ': >/tmp/go');
    await until('the end of the command', async () => {
      const { status } = await podOf(server, ref);
      return status?.containerStatuses?.find(({ name }) => name === 'command')?.state?.terminated;
    });
    await server.start();
    const { result, ...followed } = await readOutput(client, ref);
    const { result: again, ...fetched } = await readOutput(client, ref, { follow: false });
    assert.deepEqual(fetched, followed);
    assert.deepEqual(again.properties, result.properties);
    await server.nothingLeft();
    assert.equal(server.marks.count(mark), 1);
    return { digest: followed, properties: result.properties };
  }

  const written = (bytes: number) => digestOf(Buffer.concat([Buffer.from('begun\n'), Buffer.alloc(bytes, 'y')]));

  test('less than the output limit is whole when it is back', async () => {
    const { digest, properties } = await writeUnwatched('less', mib);
    assert.deepEqual(digest, written(mib));
    const { provisioningState, exitCode, longarm } = properties;
    assert.deepEqual([provisioningState, exitCode, longarm?.complete], ['Succeeded', 4, true]);
  });

  test('more than the output limit and 64 MiB is stopped: OutputLimitExceeded, and what there is stays', async () => {
    const { digest, properties } = await writeUnwatched('more', limitBytes + marginBytes + mib);
    assert.deepEqual(digest, written(limitBytes - 'begun\n'.length));
    const { provisioningState, reason, longarm } = properties;
    assert.equal(provisioningState, 'Failed', JSON.stringify(properties));
    assert.match(reason ?? '', /^OutputLimitExceeded: /);
    assert.deepEqual([longarm?.complete, longarm?.storedBytes], [false, limitBytes]);
    assert.ok((longarm?.totalBytes ?? 0) >= limitBytes + marginBytes, `${longarm?.totalBytes} bytes`);
  });
});
