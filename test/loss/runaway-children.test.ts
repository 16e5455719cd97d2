import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ArmClient } from '../../src/client/arm-client.ts';
import { type LiveServer, startLiveServer } from './live-server.ts';
import { processesWith, untilThereAre } from './processes.ts';
import { firstOutput, readOutput } from './read-output.ts';

const graceSeconds = 1;
/** Far more than any of these needs, and far less than its children would live. */
const soonMs = 30_000;

/** How a process gets away from the shell that started it; each is given what it runs as `"$@"`. */
const escapes: Readonly<Record<string, string>> = {
  'stays in the background': '"$@" &',
  'forks twice': '(("$@" &) &)',
  'takes a session of its own': 'setsid "$@" &',
  'ignores the hang-up': 'nohup "$@" &',
  'becomes a daemon with an empty environment': '(setsid env -i PATH="$PATH" "$@" </dev/null &)',
};

/** Deaf to every signal that can be ignored; says `tick N` on stdout and in its file until it is killed. */
const ticker = String.raw`trap "" TERM INT HUP QUIT PIPE
i=0
while :; do
  i=$((i + 1))
  echo "tick $i"
  echo "tick $i" >>"$1"
  sleep 0.02
done`;

describe('children that will not end', () => {
  let server: LiveServer;
  let client: ArmClient;
  before(async () => {
    server = await startLiveServer();
    client = server.client();
  });
  after(() => server.stop());

  /** The command text: defines `escape`, and `tick`, which begins to tick in the way of the escape. */
  function script(escape: string, mark: string, body: string): string {
    const file = join(server.folder, mark);
    return `escape() { ${escape}\n}\ntick() { escape sh -c '${ticker}' ${mark} ${file}; }\n${body}`;
  }

  async function submit(command: string) {
    const request = { command, longarm: { graceSeconds } };
    return client.submit(server.cluster, request, { keepsIdempotencyKeys: true });
  }

  /** Every tick that was written before the end is in the output, in order, and nothing comes after it. */
  function assertTicks(output: string, mark: string): void {
    const written = readFileSync(join(server.folder, mark), 'utf8').split('\n').length - 1;
    const shown = output.split('\n').filter((line) => line.startsWith('tick '));
    assert.deepEqual(
      shown,
      Array.from(shown, (_line, index) => `tick ${index + 1}`),
    );
    assert.ok(shown.length === written || shown.length === written + 1, `${shown.length} shown, ${written} written`);
  }

  for (const [name, escape] of Object.entries(escapes)) {
    test(`one that ${name}, deaf to TERM and with stdout open, does not hold up the result of its parent`, async () => {
      const mark = `mark${randomBytes(6).toString('hex')}`;
      const file = join(server.folder, mark);
      const body = `tick; until [ -s ${file} ]; do sleep 0.02; done; echo done; exit 3`;
      const ref = await submit(script(escape, mark, body));
      const { properties } = await client.waitForEnd(ref, { signal: AbortSignal.timeout(soonMs) });
      assert.deepEqual([properties.provisioningState, properties.exitCode], ['Succeeded', 3]);
      assert.equal(properties.longarm?.complete, true);
      assert.match(properties.logs ?? '', /^done$/m);
      assertTicks(properties.logs ?? '', mark);
      assert.deepEqual(processesWith(mark), []);
      // It was killed, and not cut off after seconds in which it could write hundreds.
      const late = properties.logs?.split(/^done$/m)[1]?.match(/^tick /gm)?.length ?? 0;
      assert.ok(late < 100, `${late} lines after the end of its parent`);
    });

    test(`one that ${name} dies with its command when that is cancelled, and what it wrote is there`, async () => {
      const mark = `mark${randomBytes(6).toString('hex')}`;
      const body = `trap '' TERM INT HUP; tick; while :; do sleep 0.1; done`;
      const ref = await submit(script(escape, mark, body));
      await firstOutput(client, ref);
      await untilThereAre(1, mark);
      await Promise.all([client.cancel(ref), client.cancel(ref)]);
      const signal = AbortSignal.timeout(soonMs);
      const { properties } = await client.waitForEnd(ref, { signal });
      assert.equal(properties.provisioningState, 'Canceled');
      assert.deepEqual(processesWith(mark), []);
      assertTicks(properties.logs ?? '', mark);
      await client.cancel(ref);
      const { result } = await readOutput(client, ref, { follow: false });
      assert.deepEqual(result.properties, properties);
    });
  }

  test('one that is stopped by a signal nobody can ignore ends with its command all the same', async () => {
    const mark = `mark${randomBytes(6).toString('hex')}`;
    const body = `(setsid sh -c 'echo ready; kill -STOP $$; sleep 600' ${mark} &)\nsleep 600`;
    const ref = await submit(body);
    await firstOutput(client, ref);
    await client.cancel(ref);
    const { properties } = await client.waitForEnd(ref, { signal: AbortSignal.timeout(soonMs) });
    assert.deepEqual([properties.provisioningState, properties.logs], ['Canceled', 'ready\n']);
    assert.deepEqual(processesWith(mark), []);
  });

  test('a thousand of them at once do not outlive it', async () => {
    const mark = `mark${randomBytes(6).toString('hex')}`;
    const body = `i=0; while [ $((i += 1)) -le 1000 ]; do (setsid sh -c 'trap "" TERM; sleep 600' ${mark} &); done; exit 9`;
    const ref = await submit(body);
    const { properties } = await client.waitForEnd(ref, { signal: AbortSignal.timeout(2 * soonMs) });
    assert.deepEqual([properties.provisioningState, properties.exitCode], ['Succeeded', 9]);
    assert.deepEqual(processesWith(mark), []);
    await server.nothingLeft();
  });
});
