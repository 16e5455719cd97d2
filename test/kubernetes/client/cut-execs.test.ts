import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Exec } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import {
  ExecBroken,
  isNotFound,
  KubernetesError,
  TooOld,
  Unreachable,
} from '../../../src/executors/kubernetes/client/kubernetes-error.ts';
import { turnedClock } from '../../control-plane/turned-clock.ts';
import { failure, json } from '../fake-api/answers.ts';
import { clientOf, patient } from '../fake-api/client-of.ts';
import { finish, frame } from '../fake-api/exec-frames.ts';
import { type FakeApi, startFakeApi, type Upgrade, type Upgrading } from '../fake-api/fake-api.ts';

let api: FakeApi;
let received: string;
let exec: Exec;
beforeEach(async () => {
  api = await startFakeApi();
  received = '';
  exec = {
    namespace: 'default',
    pod: 'one',
    container: 'keeper',
    command: ['cat', 'spool'],
    onStdout: async (bytes) => void (received += Buffer.from(bytes).toString()),
    onStderr: () => undefined,
  };
});
afterEach(() => api.close());

async function failureOf(upgrading: Upgrading): Promise<unknown> {
  api.upgrade(upgrading);
  const client = clientOf(api.access);
  const error: unknown = await client.exec(exec, patient).then(
    (status) => assert.fail(`it ended with ${JSON.stringify(status)}`),
    (failed: unknown) => failed,
  );
  client.close();
  await api.deserted();
  return error;
}

/** One piece, and never an end. */
async function* endless(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece;
  await new Promise(() => undefined);
}

describe('an exec without its status', () => {
  for (const code of [1000, 1001, 1011]) {
    test(`is broken when the server closes with ${code}, and what came before was delivered`, async () => {
      const error = await failureOf(async ({ accept }) => {
        const socket = await accept();
        socket.send(frame(1, 'all that came'));
        socket.close(code, 'going away');
      });
      assert.ok(error instanceof ExecBroken);
      assert.match(error.message, new RegExp(`without its status \\(WebSocket ${code}, going away\\)`));
      assert.equal(received, 'all that came');
    });
  }

  test('is broken when the connection is reset, and what came before was delivered', async () => {
    const error = await failureOf(async ({ accept, socket }) => {
      (await accept()).send(frame(1, 'all that came'), () => socket.destroy());
    });
    assert.ok(error instanceof ExecBroken);
    assert.match(error.message, /WebSocket 1006/);
    assert.equal(received, 'all that came');
  });

  test('is broken when the connection ends within a frame, and nothing of that frame is delivered', async () => {
    const error = await failureOf(async ({ accept, socket }) => {
      const webSocket = await accept();
      webSocket.send(frame(1, 'whole'), () =>
        socket.write(Buffer.from([0x82, 100, 1, 65, 66]), () => socket.destroy()),
      );
    });
    assert.ok(error instanceof ExecBroken);
    assert.equal(received, 'whole');
  });

  test('is broken when half a status came', async () => {
    const error = await failureOf(async ({ accept }) => {
      const socket = await accept();
      socket.send(frame(3, '{"kind":"Status","apiVersion":"v1","status":"Succ'));
      socket.close(1000);
    });
    assert.ok(error instanceof ExecBroken);
  });

  test('is broken when a message is larger than any of an API server', async () => {
    const error = await failureOf(async ({ accept }) => {
      (await accept()).send(frame(1, Buffer.alloc(2 * 1024 * 1024)));
    });
    assert.ok(error instanceof ExecBroken);
    assert.match(error.message, /Max payload size exceeded/);
  });

  for (const [when, limitMs, stdin] of [
    ['for thirty seconds', 30_000, undefined],
    ['for two minutes, behind stdin that the server has not taken', 120_000, Buffer.from('x')],
  ] as const) {
    test(`is broken when pings stay unanswered ${when}, and not before`, async () => {
      const clock = turnedClock();
      const accepted = Promise.withResolvers<Awaited<ReturnType<Upgrade['accept']>>>();
      api.upgrade(async ({ accept }) => {
        const socket = await accept();
        socket.pause();
        accepted.resolve(socket);
      });
      let hasEnded = false;
      const input = stdin === undefined ? {} : { stdin: endless(stdin) };
      const status = clientOf(api.access, clock)
        .exec({ ...exec, ...input }, patient)
        .finally(() => (hasEnded = true));
      const broken = assert.rejects(status, (error) => {
        assert.ok(error instanceof ExecBroken);
        assert.match(error.message, /fell silent: pings were not answered/);
        return true;
      });
      const socket = await accepted.promise;
      for (let waitedMs = 0; waitedMs < limitMs; waitedMs += 5000) {
        await clock.sleeperWithin(5000);
        assert.ok(!hasEnded);
        clock.advance(5000);
      }
      await broken;
      socket.resume();
      await api.deserted();
    });
  }

  test('goes on through ten minutes of silence when pings are answered', async () => {
    const clock = turnedClock();
    const accepted = Promise.withResolvers<Awaited<ReturnType<Upgrade['accept']>>>();
    api.upgrade(async ({ accept }) => accepted.resolve(await accept()));
    const status = clientOf(api.access, clock).exec(exec, patient);
    const socket = await accepted.promise;
    for (let turn = 0; turn < 120; turn += 1) {
      const pinged = once(socket, 'ping');
      await clock.sleeperWithin(5000);
      clock.advance(5000);
      await pinged;
    }
    finish(socket);
    assert.deepEqual(await status, { type: 'exited', exitCode: 0 });
  });
});

describe('an exec that is refused', () => {
  test('says what the API server said', async () => {
    const error = await failureOf(({ socket }) => {
      const body = JSON.stringify(failure(404, 'NotFound', 'pods "one" not found'));
      socket.end(`HTTP/1.1 404 Not Found\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    assert.ok(error instanceof KubernetesError && isNotFound(error));
    assert.equal(error.message, 'pods "one" not found');
  });

  test('is tried again after 429', async () => {
    api.upgrade(async ({ socket, accept }) => {
      if (api.seen.length > 1) return finish(await accept(), 5);
      socket.end('HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n');
    });
    assert.deepEqual(await clientOf(api.access).exec(exec, patient), { type: 'exited', exitCode: 5 });
  });

  for (const protocol of ['v4.channel.k8s.io', false] as const) {
    test(`is TooOld when the server chooses ${protocol || 'no protocol'}`, async () => {
      const error = await failureOf(async ({ accept }) => void (await accept(protocol)));
      assert.ok(error instanceof TooOld);
      assert.match(error.message, /does not speak v5\.channel\.k8s\.io .* from 1\.30 on/);
    });
  }

  for (const [minor, type] of [
    ['29+', TooOld],
    ['34', KubernetesError],
  ] as const) {
    test(`with a bare 403 is ${type.name} when the server is 1.${minor}`, async () => {
      api.answer((_seen, response) => json(response, { major: '1', minor }));
      const error = await failureOf(({ socket }) => {
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      });
      assert.ok(error instanceof type);
    });
  }

  test('is Unreachable when the connection is cut before the upgrade', async () => {
    const error = await failureOf(({ socket }) => void socket.destroy());
    assert.ok(error instanceof Unreachable);
  });

  test('is Unreachable when the server never answers the upgrade', async () => {
    const clock = turnedClock();
    const asked = Promise.withResolvers<void>();
    api.upgrade(() => asked.resolve());
    const status = clientOf(api.access, clock).exec(exec, patient);
    await asked.promise;
    clock.advance(30_000);
    await assert.rejects(status, (error) => {
      assert.ok(error instanceof Unreachable);
      assert.match(error.message, /did not open an exec in pod one within 30 s/);
      return true;
    });
    await api.deserted();
  });
});

describe('an exec that its caller ends', () => {
  test('throws what the consumer threw, and closes', async () => {
    exec = { ...exec, onStdout: () => Promise.reject(new Error('the store is full')) };
    const error = await failureOf(async ({ accept }) => (await accept()).send(frame(1, 'x')));
    assert.match(String(error), /the store is full/);
  });

  const moments: Readonly<Record<string, (abort: () => void) => Upgrading>> = {
    'before the upgrade': (abort) => () => abort(),
    'right after the upgrade':
      (abort) =>
      async ({ accept }) => {
        await accept();
        abort();
      },
    'while output comes':
      (abort) =>
      async ({ accept }) => {
        const socket = await accept();
        socket.send(frame(1, 'some'), abort);
      },
    'after half a frame':
      (abort) =>
      async ({ accept, socket }) => {
        await accept();
        socket.write(Buffer.from([0x82, 100, 1, 65]), abort);
      },
    'after the status, before the close':
      (abort) =>
      async ({ accept }) => {
        const socket = await accept();
        socket.send(frame(3, '{"status":"Success","kind":"Status","apiVersion":"v1"}'), abort);
      },
  };
  for (const [moment, upgrading] of Object.entries(moments)) {
    test(`ends with the reason of its signal and leaves no connection, ${moment}`, async () => {
      const aborter = new AbortController();
      api.upgrade(upgrading(() => aborter.abort(new Error('no more'))));
      await assert.rejects(clientOf(api.access).exec(exec, aborter.signal), /^Error: no more$/);
      await api.deserted();
    });
  }

  test('ends with the reason of its signal even while the consumer takes for ever', async () => {
    const aborter = new AbortController();
    exec = {
      ...exec,
      onStdout: () => {
        aborter.abort(new Error('no more'));
        return new Promise(() => undefined);
      },
    };
    api.upgrade(async ({ accept }) => (await accept()).send(frame(1, 'x')));
    await assert.rejects(clientOf(api.access).exec(exec, aborter.signal), /^Error: no more$/);
    await api.deserted();
  });
});
