import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { AccessDenied } from '../../src/control-plane/access.ts';
import { cancelCommand } from '../../src/control-plane/cancel-command.ts';
import { createCommandFeed } from '../../src/control-plane/feed/command-feed.ts';
import { runCommand } from '../../src/control-plane/run-command.ts';
import { randomIds } from '../../src/main/random-ids.ts';
import { writeZip } from '../wire/zip-writer.ts';
import { contextBytes, openPlane, type Plane } from './plane.ts';

const mib = 1024 * 1024;
/** Unpacks to as much as may be, a thousand times its own size. */
const zeros = writeZip(
  Array.from({ length: contextBytes / mib }, (_, i) => ({ name: `zeros-${i}`, content: Buffer.alloc(mib), method: 8 })),
);
const noArchive = Buffer.from('this is not an archive, and whoever opens it says so');

describe('the files of a command that waits', () => {
  let behind: Plane;
  beforeEach(async () => {
    behind = await openPlane({ waiting: 2, waitingBytes: 100_000 });
  });
  afterEach(() => behind.close());

  const stored = async (): Promise<Buffer> => {
    const names = (await readdir(behind.directory)).filter((name) => name.startsWith('longarm.db'));
    return Buffer.concat(await Promise.all(names.map((name) => readFile(join(behind.directory, name)))));
  };
  const counts = () => behind.plane.store.read(({ commands }) => commands.counts(behind.cluster.uid));
  const verbs = async () =>
    (await behind.plane.store.read(({ audit }) => audit.newest(100))).map(({ verb, details }) => [verb, details]);

  test('are stored at their packed size, with nothing in the clear, and come to the worker unpacked', async () => {
    const before = (await stored()).length;
    const id = await behind.submit('TOP-SECRET-TEXT', { context: zeros });
    const database = await stored();
    assert.ok(database.length - before < 200_000, `${database.length - before} bytes for ${zeros.length}`);
    for (const secret of ['TOP-SECRET-TEXT', 'zeros-0', zeros.subarray(0, 64)]) {
      assert.equal(database.includes(secret), false);
    }
    assert.equal((await counts()).waitingBytes, 'TOP-SECRET-TEXT'.length + zeros.length);

    const feed = createCommandFeed(behind.plane);
    const held = await feed.claim(randomIds.workerId(), new AbortController().signal);
    assert.ok(held?.commandId === id);
    const payload = await feed.payload(id, held.token);
    const lengths = payload?.files.map(({ path, bytes }) => [path, bytes.length]);
    assert.deepEqual(
      lengths,
      [0, 1, 2, 3].map((i) => [`zeros-${i}`, mib]),
    );
  });

  test('are checked whole before the command is stored, and counted in the audit', async () => {
    const oneMore = [...Array.from({ length: 4 }, () => mib), 1].map((bytes, i) => ({
      name: `f${i}`,
      content: Buffer.alloc(bytes),
      method: 8,
    }));
    await assert.rejects(behind.submit('true', { context: writeZip(oneMore) }), {
      code: 'InvalidContext',
      message: /unpacks to 4194305 bytes; at most 4194304/,
    });
    await assert.rejects(behind.submit('true', { context: noArchive }), { code: 'InvalidContext' });
    assert.deepEqual([await counts(), await verbs()], [{ waiting: 0, waitingBytes: 0, active: 0 }, []]);
    await behind.submit('true', { context: zeros });
    const [[verb, details] = []] = await verbs();
    assert.deepEqual([verb, Object(details).files], ['command.submit', 4]);
  });

  test('are not looked into when the queue is full', async () => {
    await behind.submit();
    await behind.submit();
    await assert.rejects(behind.submit('true', { context: noArchive }), {
      code: 'TooManyRequests',
      retryAfterSeconds: 10,
      message: /^2 commands wait for cluster 'c', and 2 may\./,
    });
  });

  test('are not looked into when run command is switched off', async () => {
    const off = { ...behind.cluster, runCommandDisabled: true };
    await behind.plane.store.write(({ directory }) => directory.saveCluster(off));
    await assert.rejects(behind.submit('true', { context: noArchive }), { code: 'RunCommandDisabled' });
  });

  test('are not looked into when the time limit is beyond the cluster’s', async () => {
    const asked = { context: noArchive, timeoutMs: behind.plane.limits.runMs + 1000 };
    await assert.rejects(behind.submit('true', asked), { code: 'InvalidParameter' });
  });

  test('are not looked into again when the same request made a command before', async () => {
    const first = await behind.submit('true', { idempotencyKey: 'k' });
    assert.equal(await behind.submit('true', { idempotencyKey: 'k', context: noArchive }), first);
  });

  test('are not looked into for a stranger, whose denial is audited once', async () => {
    const stranger = { ...behind.actor, principal: { ...behind.actor.principal, id: 'stranger' } };
    const request = { address: behind.cluster.address, textSha256: '', bodySha256: '' };
    const asking = runCommand(behind.plane, stranger, { ...request, payload: { text: 'true', context: noArchive } });
    await assert.rejects(asking, AccessDenied);
    assert.deepEqual(
      (await verbs()).map(([verb]) => verb),
      ['access.denied'],
    );
  });

  test('take no more than the cluster’s limit together, unless one waits alone', async () => {
    const packed = (bytes: number) => writeZip([{ name: 'f', content: Buffer.alloc(bytes, 'x') }]);
    const [large, small] = [packed(150_000), packed(1000)];
    const alone = await behind.submit('true', { context: large });
    await assert.rejects(behind.submit('true', { context: small }), {
      code: 'TooManyRequests',
      retryAfterSeconds: 10,
      message: new RegExp(
        `take ${large.length + 4} bytes .* this one ${small.length + 4}; together they may take 100000`,
      ),
    });
    await cancelCommand(behind.plane, behind.actor, behind.cluster.address, alone);
    await behind.submit('true', { context: small });
    await behind.submit('true', { context: packed(50_000) });
    assert.equal((await counts()).waiting, 2);
  });

  test('take no more than a limit that the cluster sets in place of the server’s', async () => {
    const strict = { ...behind.cluster, limits: { waitingBytes: 10 } };
    await behind.plane.store.write(({ directory }) => directory.saveCluster(strict));
    await behind.submit('12345');
    await behind.submit('12345');
    await cancelAll();
    await behind.submit('123456');
    await assert.rejects(behind.submit('12345'), { code: 'TooManyRequests', message: /together they may take 10\./ });
  });

  async function cancelAll(): Promise<void> {
    const waiting = await behind.plane.store.read(({ commands }) => commands.unfinished(behind.cluster.uid));
    for (const { facts } of waiting) await cancelCommand(behind.plane, behind.actor, behind.cluster.address, facts.id);
  }
});
