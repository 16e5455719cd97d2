import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test, type TestContext } from 'node:test';
import { type ArmClient, createArmClient } from '../../src/client/arm-client.ts';
import { ArmError } from '../../src/client/arm-error.ts';
import type { CommandResult } from '../../src/wire/command-result-schema.ts';
import { cluster, commandId, FakeArm, fastClock, sendJson } from './fake-arm.ts';
import { addFakeCommand, resultBody } from './fake-command.ts';

const ref = { cluster, id: commandId };

async function setUp(t: TestContext, onRetry: (reason: ArmError) => void = () => undefined) {
  const fake = await FakeArm.start(t);
  const clock = fastClock();
  const client = createArmClient({
    endpoint: fake.endpoint,
    credential: { type: 'token', token: 't' },
    clock,
    onRetry,
  });
  t.after(() => client.close());
  return { fake, client, clock };
}

async function drain(client: ArmClient, from = 0): Promise<{ bytes: Buffer; result: CommandResult }> {
  const chunks: Uint8Array[] = [];
  const output = client.followOutput(ref, { from });
  for (;;) {
    const next = await output.next();
    if (next.done === true) return { bytes: Buffer.concat(chunks), result: next.value };
    chunks.push(next.value);
  }
}

describe('followOutput()', () => {
  test('a connection that is cut again and again costs no byte and doubles none', async (t) => {
    const { fake, client } = await setUp(t);
    const command = addFakeCommand(fake, { output: randomBytes(300_000), exitCode: 7 });
    fake.on('GET', /\/output$/, ({ url }, response) => {
      const from = Number(url.searchParams.get('from'));
      response.writeHead(200);
      if (from + 50_000 >= command.output.length) {
        response.end(command.output.subarray(from));
        return;
      }
      response.write(command.output.subarray(from, from + 50_000), () => response.destroy());
    });
    const { bytes, result } = await drain(client);
    assert.ok(bytes.equals(command.output));
    assert.equal(result.properties.exitCode, 7);
    assert.ok(fake.requests(/\/output$/).length >= 6);
  });

  test('a stream that ends cleanly before the end of the output is not believed', async (t) => {
    const { fake, client } = await setUp(t);
    const command = addFakeCommand(fake, { output: Buffer.from('0123456789') });
    fake.on('GET', /\/output$/, ({ url }, response) => {
      const from = Number(url.searchParams.get('from'));
      response.end(command.output.subarray(from, from + 4));
    });
    const { bytes } = await drain(client);
    assert.equal(bytes.toString(), '0123456789');
  });

  test('a server that restarts in the middle is found again, and the output goes on without a gap', async (t) => {
    let retries = 0;
    let restarted = Promise.resolve();
    const { fake, client } = await setUp(t, () => {
      retries += 1;
      if (retries === 3) restarted = fake.listen();
    });
    const command = addFakeCommand(fake, { output: Buffer.from('before-after'), phase: 'running' });
    fake.on('GET', /\/output$/, async ({ url }, response) => {
      const from = Number(url.searchParams.get('from'));
      if (from === 0) {
        response.write('before-');
        await new Promise<void>((resolve) => {
          setImmediate(resolve);
        });
        await fake.stop();
        return;
      }
      command.phase = 'completed';
      response.end(command.output.subarray(from));
    });
    const { bytes } = await drain(client);
    await restarted;
    assert.equal(bytes.toString(), 'before-after');
    assert.ok(retries >= 3);
  });

  test('a server that never comes back is given up after five minutes without progress', async (t) => {
    const { fake, client, clock } = await setUp(t);
    addFakeCommand(fake, { phase: 'running', output: Buffer.from('some') });
    await fake.stop();
    await assert.rejects(drain(client), (error) => error instanceof ArmError && error.code === 'ConnectionFailed');
    const totalMs = clock.sleptMs.reduce((sum, each) => sum + each, 0);
    assert.ok(totalMs > 280_000 && totalMs <= 300_000, String(totalMs));
  });

  test('a stream that is silent for long and then cut is taken up again at once, however often', async (t) => {
    const { fake, client, clock } = await setUp(t);
    const command = addFakeCommand(fake, { phase: 'running' });
    let cuts = 0;
    fake.on('GET', /\/output$/, (_seen, response) => {
      cuts += 1;
      if (cuts === 10) command.phase = 'completed';
      response.flushHeaders();
      if (cuts === 10) response.end();
      else response.write('', () => response.destroy());
    });
    fake.on('GET', /\/commandResults\/\w+$/, (_seen, response) => {
      clock.advance(60_000);
      sendJson(response, command.phase === 'running' ? 202 : 200, resultBody(command));
    });
    await drain(client);
    assert.equal(clock.sleptMs.length, 9);
    assert.ok(Math.max(...clock.sleptMs) <= 400, String(clock.sleptMs));
  });

  test('it begins where it is told to', async (t) => {
    const { fake, client } = await setUp(t);
    addFakeCommand(fake, { output: Buffer.from('0123456789') });
    assert.equal((await drain(client, 6)).bytes.toString(), '6789');
  });

  test('without following, it ends with what is stored of a command that still runs', async (t) => {
    const { fake, client } = await setUp(t);
    addFakeCommand(fake, { output: Buffer.from('so far'), phase: 'running' });
    let text = '';
    for await (const chunk of client.followOutput(ref, { follow: false })) text += Buffer.from(chunk).toString();
    assert.equal(text, 'so far');
    assert.equal(fake.requests(/\/output$/)[0]?.url.searchParams.get('follow'), null);
  });

  test('an aborted signal ends it with the signal’s reason', async (t) => {
    const { fake, client } = await setUp(t);
    addFakeCommand(fake, { phase: 'running' });
    const stop = new AbortController();
    fake.on('GET', /\/output$/, (_seen, response) => {
      response.write('x');
    });
    const reason = new Error('enough');
    await assert.rejects(async () => {
      for await (const _chunk of client.followOutput(ref, { signal: stop.signal })) stop.abort(reason);
    }, reason);
  });
});
