import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { RawData } from 'ws';
import type { Exec, ExecStatus } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import { failure } from '../fake-api/answers.ts';
import { clientOf, patient } from '../fake-api/client-of.ts';
import { exitStatus, finish, frame, settled } from '../fake-api/exec-frames.ts';
import { type FakeApi, startFakeApi, type Upgrading } from '../fake-api/fake-api.ts';

const mebibyte = 1024 * 1024;
let api: FakeApi;
beforeEach(async () => (api = await startFakeApi()));
afterEach(() => api.close());

const quiet: Exec = {
  namespace: 'default',
  pod: 'one',
  container: 'keeper',
  command: ['sh', '-c', 'cat a&b'],
  onStdout: () => Promise.resolve(),
  onStderr: () => undefined,
};

/** Runs an exec against a server that does `upgrading`; nothing of it is left afterwards. */
async function run(upgrading: Upgrading, exec: Partial<Exec> = {}): Promise<ExecStatus> {
  api.upgrade(upgrading);
  const status = await clientOf(api.access).exec({ ...quiet, ...exec }, patient);
  await api.deserted();
  return status;
}

describe('an exec', () => {
  test('asks for the pod, the container and the command as it is, and says who asks', async () => {
    await run(async ({ accept }) => finish(await accept()));
    const [seen] = api.seen;
    assert.equal(seen?.url.pathname, '/api/v1/namespaces/default/pods/one/exec');
    assert.deepEqual(seen.url.searchParams.getAll('command'), ['sh', '-c', 'cat a&b']);
    assert.equal(seen.url.searchParams.get('container'), 'keeper');
    assert.equal(seen.url.searchParams.get('stdin'), null);
    assert.equal(seen.token, 'first');
    assert.equal(seen.userAgent, 'longarm/test');
  });

  for (const exitCode of [0, 1, 2, 126, 127, 137, 255]) {
    test(`ends with ${exitCode} when the program did`, async () => {
      const status = await run(async ({ accept }) => finish(await accept(), exitCode));
      assert.deepEqual(status, { type: 'exited', exitCode });
    });
  }

  test('has failed, and not exited, when a failure carries no exit code', async () => {
    const status = await run(async ({ accept }) => {
      const socket = await accept();
      socket.send(frame(3, JSON.stringify(failure(0, 'NonZeroExitCode', 'it ended'))));
      socket.close();
    });
    assert.deepEqual(status, {
      type: 'failed',
      reason: 'NonZeroExitCode',
      message: 'it ended (the exit code is missing)',
    });
  });

  test('has failed with the word of the server when the container is found missing after the upgrade', async () => {
    const status = await run(async ({ accept }) => {
      const socket = await accept();
      socket.send(frame(3, JSON.stringify(failure(500, 'InternalError', 'container not found ("keeper")'))));
      socket.close(1000);
    });
    assert.deepEqual(status, { type: 'failed', reason: 'InternalError', message: 'container not found ("keeper")' });
  });

  test('reads a status that comes in two messages, and passes over empty ones', async () => {
    const status = await run(async ({ accept }) => {
      const socket = await accept();
      const text = JSON.stringify(exitStatus(3));
      for (const channel of [1, 2, 3]) socket.send(frame(channel, ''));
      socket.send(frame(3, text.slice(0, 40)));
      socket.send(frame(3, text.slice(40)));
      socket.close();
    });
    assert.deepEqual(status, { type: 'exited', exitCode: 3 });
  });

  test('tells stdout and stderr apart, and delivers all of both before it ends, also to a slow consumer', async () => {
    const sent = randomBytes(5 * mebibyte);
    const received: Uint8Array[] = [];
    let errors = '';
    await run(
      async ({ accept }) => {
        const socket = await accept();
        for (let at = 0; at < sent.length; at += 32_768) socket.send(frame(1, sent.subarray(at, at + 32_768)));
        socket.send(frame(2, 'one error'));
        finish(socket);
      },
      {
        onStdout: async (bytes) => {
          await new Promise((resolve) => setImmediate(resolve));
          received.push(bytes);
        },
        onStderr: (bytes) => (errors += Buffer.from(bytes).toString()),
      },
    );
    assert.ok(Buffer.concat(received).equals(sent));
    assert.equal(errors, 'one error');
  });

  test('delivers what comes between the status and the close', async () => {
    let received = '';
    const status = await run(
      async ({ accept }) => {
        const socket = await accept();
        socket.send(frame(3, JSON.stringify(exitStatus(4))));
        socket.send(frame(1, 'late'), () => setImmediate(() => socket.close(1000)));
      },
      { onStdout: async (bytes) => void (received += Buffer.from(bytes).toString()) },
    );
    assert.deepEqual(status, { type: 'exited', exitCode: 4 });
    assert.equal(received, 'late');
  });
});

describe('a slow end', () => {
  test('makes the server wait: while nobody takes stdout, hardly more than the buffers of the system are sent', async () => {
    const total = 64;
    const piece = randomBytes(mebibyte);
    const first = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const hash = createHash('sha256');
    const expected = createHash('sha256');
    let sentPieces = 0;
    const status = run(
      async ({ accept }) => {
        const socket = await accept();
        for (; sentPieces < total; sentPieces += 1) {
          for (let at = 0; at < piece.length; at += 32_768) {
            const part = piece.subarray(at, at + 32_768);
            expected.update(part);
            await new Promise((resolve) => socket.send(frame(1, part), resolve));
          }
        }
        finish(socket);
      },
      {
        onStdout: async (bytes) => {
          first.resolve();
          await go.promise;
          hash.update(bytes);
        },
      },
    );
    await first.promise;
    const stoppedAt = await settled(() => sentPieces);
    assert.ok(stoppedAt < 24, `${stoppedAt} MiB were sent to a consumer that took nothing`);
    go.resolve();
    assert.deepEqual(await status, { type: 'exited', exitCode: 0 });
    assert.equal(hash.digest('hex'), expected.digest('hex'));
  });

  test('makes stdin wait: while the server takes nothing, hardly more than the buffers of the system are read', async () => {
    const total = 64;
    const piece = randomBytes(mebibyte);
    const expected = createHash('sha256');
    const hash = createHash('sha256');
    let readPieces = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for (; readPieces < total; readPieces += 1) {
        expected.update(piece);
        yield piece;
      }
    }
    const accepted = Promise.withResolvers<() => void>();
    const status = run(
      async ({ accept }) => {
        const socket = await accept();
        socket.pause();
        socket.on('message', (message: RawData) => {
          assert.ok(Buffer.isBuffer(message));
          if (message[0] === 0) hash.update(message.subarray(1));
          else finish(socket);
        });
        accepted.resolve(() => socket.resume());
      },
      { stdin: source() },
    );
    const resume = await accepted.promise;
    const stoppedAt = await settled(() => readPieces);
    assert.ok(stoppedAt < 24, `${stoppedAt} MiB were read for a server that took nothing`);
    resume();
    assert.deepEqual(await status, { type: 'exited', exitCode: 0 });
    assert.equal(hash.digest('hex'), expected.digest('hex'));
  });
});

describe('stdin', () => {
  test('is asked for, sent in order, and half-closed at its end while output still comes', async () => {
    const messages: Buffer[] = [];
    let output = '';
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one ');
      yield Buffer.from('two');
    }
    await run(
      async ({ seen, accept }) => {
        assert.equal(seen.url.searchParams.get('stdin'), 'true');
        const socket = await accept();
        socket.on('message', (message: RawData) => {
          assert.ok(Buffer.isBuffer(message));
          messages.push(message);
          if (message[0] !== 255) return;
          socket.send(frame(1, 'after the end'));
          finish(socket);
        });
      },
      { stdin: source(), onStdout: async (bytes) => void (output += Buffer.from(bytes).toString()) },
    );
    assert.deepEqual(messages, [frame(0, 'one '), frame(0, 'two'), Buffer.of(255, 0)]);
    assert.equal(output, 'after the end');
  });

  test('is left alone when the program ends before its end', async () => {
    const returned = Promise.withResolvers<void>();
    const forever: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: () => {
          returned.resolve();
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    };
    const status = await run(async ({ accept }) => finish(await accept(), 1), { stdin: forever });
    assert.deepEqual(status, { type: 'exited', exitCode: 1 });
    await returned.promise;
  });

  test('that fails ends the exec with its error, and the program hears no end of its input', async () => {
    const messages: Buffer[] = [];
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('the disk is gone');
    }
    const closed = Promise.withResolvers<void>();
    const status = run(
      async ({ accept }) => {
        const socket = await accept();
        socket.on('message', (message: RawData) => messages.push(Buffer.isBuffer(message) ? message : Buffer.of()));
        await once(socket, 'close');
        closed.resolve();
      },
      { stdin: broken() },
    );
    await assert.rejects(status, /^Error: the disk is gone$/);
    await closed.promise;
    assert.ok(messages.every((message) => message[0] === 0));
  });
});
