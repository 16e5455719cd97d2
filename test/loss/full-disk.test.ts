import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ArmError } from '../../src/client/arm-error.ts';
import type { ArmClient } from '../../src/client/arm-client.ts';
import type { CommandRef } from '../../src/client/session.ts';
import { writeZip } from '../wire/zip-writer.ts';
import { type LiveServer, startLiveServer } from './live-server.ts';
import { digestOf, firstOutput, readOutput, storedOf } from './read-output.ts';

const mib = 1024 * 1024;
const diskBytes = 16 * mib;
const startLimitSeconds = 3;

function roomIn(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

describe('a full disk', () => {
  let server: LiveServer;
  let client: ArmClient;
  before(async () => {
    server = await startLiveServer({
      // The database's, the spools' and the stored outputs'.
      disks: { '': 3 * diskBytes, runs: diskBytes, outputs: 3 * diskBytes },
      flags: ['--start-limit', `${startLimitSeconds}s`, '--grace', '2s'],
    });
    client = server.client();
  });
  after(() => server.stop());

  /** Fills a disk to its last byte; answers what makes room again. */
  function fill(folder: '' | 'runs' | 'outputs'): () => void {
    const filler = join(server.dataDir, folder, 'filler');
    for (const pieceBytes of [mib, 4096]) {
      try {
        for (;;) appendFileSync(filler, Buffer.alloc(pieceBytes));
      } catch (error) {
        assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC');
      }
    }
    return () => rmSync(filler);
  }

  const submit = (command: string, context = ''): Promise<CommandRef> =>
    client.submit(server.cluster, { command, context }, { keepsIdempotencyKeys: true });

  async function assertWell(): Promise<void> {
    const { properties } = await client.waitForEnd(await submit('echo well; exit 7'));
    assert.deepEqual([properties.provisioningState, properties.exitCode, properties.logs], ['Succeeded', 7, 'well\n']);
    await server.nothingLeft();
  }

  /** A command that has written its first line and goes on when its gate is opened. */
  async function gated(name: string, then: string) {
    const gate = join(server.folder, `${name}-gate`);
    const ref = await submit(`echo begun; until [ -e ${gate} ]; do sleep 0.02; done; ${then}`);
    await firstOutput(client, ref);
    return { ref, open: () => appendFileSync(gate, '') };
  }

  async function refusalOf(asking: Promise<unknown>): Promise<ArmError> {
    const error: unknown = await asking.then(
      () => assert.fail('it was done'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ArmError);
    return error;
  }

  describe('of the database', () => {
    test('makes a submit and a cancel a 503 that says when to try again, keeps nothing of them, and recovers', async () => {
      const ran = join(server.folder, 'database-ran');
      const running = await gated('database', 'echo over; exit 5');
      await server.reports('running', running.ref);
      const makeRoom = fill('');
      const once = server.client({ requestPatienceMs: 0 });
      const command = `echo impatient >>${ran}`;
      const refused = await refusalOf(once.submit(server.cluster, { command }, { keepsIdempotencyKeys: true }));
      assert.equal(refused.status, 503);
      assert.match(refused.message, /cannot write at the moment; nothing was done\. Try again\./);
      const alsoRefused = await refusalOf(once.cancel(running.ref));
      assert.equal(alsoRefused.status, 503);
      assert.ok((alsoRefused.retryAfterMs ?? 0) > 0);
      assert.match(server.said(), /longarm\.db is not available: the disk is full\. Free some space/);

      // What only reads is answered as ever, and what ends meanwhile is not said to have ended before that is on disk.
      running.open();
      const meanwhile = await client.result(running.ref, { waitSeconds: 1 });
      assert.deepEqual([meanwhile.finished, meanwhile.result.properties.provisioningState], [false, 'Running']);

      // Whoever repeats the refused request, as SDKs do, is served once there is room.
      const repeated = Promise.withResolvers<void>();
      const patient = server.client({ onRetry: () => repeated.resolve() });
      const taken = patient.submit(
        server.cluster,
        { command: `echo patient >>${ran}; exit 4` },
        { keepsIdempotencyKeys: true },
      );
      await repeated.promise;
      makeRoom();
      assert.equal((await client.waitForEnd(await taken)).properties.exitCode, 4);
      const { properties } = await client.waitForEnd(running.ref);
      assert.deepEqual([properties.exitCode, properties.logs], [5, 'begun\nover\n']);
      await assertWell();
      assert.equal(readFileSync(ran, 'utf8'), 'patient\n');
    });

    test('that comes and goes loses nothing that was said to be stored, and makes nothing twice', async () => {
      const ran = join(server.folder, 'again');
      const taken: CommandRef[] = [];
      const once = server.client({ requestPatienceMs: 0 });
      // Texts large enough to fill what room there is before the commands are many.
      const padding = `#${'x'.repeat(200_000)}`;
      let refusals = 0;
      for (let round = 0; round < 2; round += 1) {
        const filler = join(server.dataDir, 'filler');
        appendFileSync(filler, Buffer.alloc(Math.max(0, roomIn(server.dataDir) - (round + 1) * mib)));
        for (let index = 0; index < 40; index += 1) {
          const command = `echo ${round}-${index} >>${ran}; echo ${round}-${index}\n${padding}`;
          try {
            taken.push(await once.submit(server.cluster, { command }, { keepsIdempotencyKeys: true }));
          } catch (error) {
            assert.ok(error instanceof ArmError && error.status === 503, String(error));
            refusals += 1;
            break;
          }
        }
        rmSync(filler);
      }
      const shown: string[] = [];
      for (const ref of taken) {
        const { properties } = await client.waitForEnd(ref);
        assert.equal(properties.exitCode, 0);
        shown.push(properties.logs ?? '');
      }
      assert.ok(refusals > 0, 'the disk was never full');
      assert.deepEqual(readFileSync(ran, 'utf8').split('\n').toSorted(), shown.join('').split('\n').toSorted());
      await assertWell();
    });
  });

  describe('of the stored outputs', () => {
    test('holds the end back, and with room every byte and the true exit code are there', async () => {
      await server.nothingLeft();
      const makeRoom = fill('outputs');
      const bytes = Buffer.from(Array.from({ length: 200_000 }, (_line, index) => `line ${index}\n`).join(''));
      const file = join(server.folder, 'lines');
      appendFileSync(file, bytes);
      const ref = await submit(`cat ${file}; exit 6`);
      const silent = await submit('exit 3');
      // One that writes nothing has nothing to wait for.
      assert.equal((await client.waitForEnd(silent)).properties.exitCode, 3);
      const meanwhile = await client.result(ref, { waitSeconds: 2 });
      assert.deepEqual([meanwhile.finished, meanwhile.result.properties.provisioningState], [false, 'Running']);
      assert.match(
        server.said(),
        /The output of command \w+ in \S+ is not available: the disk is full\. Free some space/,
      );
      makeRoom();
      const { result, ...read } = await readOutput(client, ref);
      assert.deepEqual(read, digestOf(bytes));
      assert.deepEqual(storedOf(result), digestOf(bytes));
      assert.deepEqual([result.properties.exitCode, result.properties.longarm?.complete], [6, true]);
      await assertWell();
    });
  });

  describe('of the spools', () => {
    test('that a command fills itself ends it as OutputLost, never as a success, and what was written is served', async () => {
      const file = join(server.folder, 'too-much');
      appendFileSync(
        file,
        Buffer.from(Array.from({ length: 2_000_000 }, (_line, index) => `line ${index}\n`).join('')),
      );
      const ref = await submit(`cat ${file}; exit 0`);
      const { result, ...read } = await readOutput(client, ref);
      const { provisioningState, exitCode, reason = '', longarm } = result.properties;
      assert.deepEqual([provisioningState, exitCode, longarm?.complete], ['Failed', undefined, false]);
      assert.match(reason, /^OutputLost: The end of its output is lost: .*disk is full/);
      assert.ok(read.bytes > diskBytes / 2);
      assert.deepEqual(read, digestOf(readFileSync(file).subarray(0, read.bytes)));
      await assertWell();
    });

    test('keeps commands from starting, says so while they wait, and with room they run once', async () => {
      await server.nothingLeft();
      const ran = join(server.folder, 'spool-ran');
      const makeRoom = fill('runs');
      const ref = await submit(`echo ran >>${ran}; exit 6`);
      const told = await server.reports('launching', ref);
      assert.match(told.reason ?? '', /^CouldNotStart: .*disk .* is full; free some space there \(ENOSPC\)/);
      makeRoom();
      assert.equal((await client.waitForEnd(ref)).properties.exitCode, 6);
      await assertWell();
      assert.equal(readFileSync(ran, 'utf8'), 'ran\n');
    });

    test('ends those that wait too long with that reason, those that are cancelled as cancelled, and runs neither', async () => {
      await server.nothingLeft();
      const ran = join(server.folder, 'never-ran');
      const makeRoom = fill('runs');
      const late = await submit(`echo late >>${ran}`);
      const unwanted = await submit(`echo unwanted >>${ran}`);
      await server.reports('launching', unwanted);
      await client.cancel(unwanted);
      assert.equal((await client.waitForEnd(unwanted)).properties.provisioningState, 'Canceled');
      const { properties } = await client.waitForEnd(late);
      assert.equal(properties.provisioningState, 'Failed');
      assert.match(properties.reason ?? '', /^CouldNotStart: .*disk .* is full; .*never ran/);
      makeRoom();
      await assertWell();
      assert.ok(!existsSync(ran));
    });

    test('that attached files do not fit on fails their command with that reason, and leaves nothing of them', async () => {
      const content = randomBytes(diskBytes + mib);
      const context = writeZip([{ name: 'large', content, method: 0 }]).toString('base64');
      const ref = await submit('exit 0', context);
      const { properties } = await client.waitForEnd(ref);
      assert.equal(properties.provisioningState, 'Failed');
      assert.match(properties.reason ?? '', /^CouldNotStart: .*disk .* is full/);
      await assertWell();
    });
  });
});

describe('a full disk that database, spools and outputs share', () => {
  let server: LiveServer;
  before(async () => {
    server = await startLiveServer({ disks: { '': 2 * diskBytes } });
  });
  after(() => server.stop());

  test('filled by one command: nothing passes for a success, and with a larger disk all goes on by itself', async () => {
    const client = server.client();
    const options = { keepsIdempotencyKeys: true };
    const file = join(server.folder, 'too-much');
    const all = Buffer.from(Array.from({ length: 3_000_000 }, (_line, index) => `line ${index}\n`).join(''));
    appendFileSync(file, all);
    const ref = await client.submit(server.cluster, { command: `cat ${file}; exit 0` }, options);
    const once = server.client({ requestPatienceMs: 0 });
    await server.says(/The output of command \w+ in \S+ is not available: the disk is full/);
    const { finished, result } = await once.result(ref);
    assert.deepEqual([finished, result.properties.provisioningState], [false, 'Running']);
    const refused = await once.submit(server.cluster, { command: 'exit 1' }, options).catch((error: unknown) => error);
    assert.ok(refused instanceof ArmError && refused.status === 503, String(refused));

    server.resize('', 8 * diskBytes);
    const { result: end, ...read } = await readOutput(client, ref);
    const { provisioningState, exitCode, reason = '', longarm } = end.properties;
    assert.deepEqual([provisioningState, exitCode, longarm?.complete], ['Failed', undefined, false]);
    assert.match(reason, /^OutputLost: .*disk is full/);
    assert.deepEqual(read, digestOf(all.subarray(0, read.bytes)));
    assert.ok(read.bytes > diskBytes / 2);
    const next = await client.waitForEnd(await client.submit(server.cluster, { command: 'exit 7' }, options));
    assert.equal(next.properties.exitCode, 7);
    await server.nothingLeft();
  });
});
