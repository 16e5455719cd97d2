import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { checkClientSecret } from '../../src/auth/check-client-secret.ts';
import { createSignInLimits } from '../../src/auth/sign-in-limits.ts';
import type { Repositories } from '../../src/ports/store.ts';
import { credentials, openAuthFixture } from '../auth/auth-fixture.ts';
import { settableClock } from '../auth/settable-clock.ts';
import { type Answered, type Client, type Served, startServed } from './served.ts';

/** The heap in use, after all that can be collected was. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  assert.ok(typeof collect === 'function');
  collect();
  return process.memoryUsage().heapUsed;
}

const mebibyte = 1024 * 1024;

describe('a flood at the token endpoint', () => {
  let server: Served;
  let client: Client;
  before(async () => {
    server = await startServed('clusters: [{ resourceGroup: rg1, name: scripted, executor: scripted }]\n');
    client = await server.client('pipeline', 'administrator', '/');
  });
  after(() => server.dispose());

  /** An answer without its times and ids, the client's own id included. */
  const comparable = ({ status, headers, text }: Answered, clientId: string) => {
    const kept = Object.entries(headers).filter(([name]) => name !== 'date' && !name.endsWith('request-id'));
    const body = text
      .replaceAll(clientId, 'CLIENT')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, 'TIME');
    return JSON.stringify([status, kept, body]);
  };

  test('an unknown client and a wrong secret are answered alike, to the byte, headers included', async () => {
    const unknown = randomUUID();
    const wrong = await server.signIn({ clientId: client.clientId, clientSecret: 'wrong' }, '127.0.0.9');
    const nobody = await server.signIn({ clientId: unknown, clientSecret: 'wrong' }, '127.0.0.9');
    assert.equal(wrong.status, 401);
    assert.equal(comparable(nobody, unknown), comparable(wrong, client.clientId));
  });

  test('after ten failures the right secret is no exception, and the answer says when to come again', async () => {
    const from = '127.0.0.2';
    for (let tries = 0; tries < 10; tries += 1) {
      assert.equal((await server.signIn({ ...client, clientSecret: `guess-${tries}` }, from)).status, 401);
    }
    const { status, headers, text } = await server.signIn(client, from);
    assert.equal(status, 429);
    assert.match(String(headers['retry-after']), /^[1-6]$/);
    assert.match(text, /"error":"temporarily_unavailable"/);
  });

  test('somebody who tries many clients from one address is stopped, and who signs in from another is not', async () => {
    const from = '127.0.0.3';
    let refused: Answered | undefined;
    for (let tries = 0; refused === undefined && tries < 200; tries += 1) {
      const answer = await server.signIn({ clientId: randomUUID(), clientSecret: 'x' }, from);
      if (answer.status === 429) refused = answer;
      else assert.equal(answer.status, 401);
    }
    assert.ok(refused, 'it went on for 200 tries');
    assert.equal((await server.signIn(client, from)).status, 429, 'nobody gets in from there');
    assert.equal((await server.signIn(client, '127.0.0.4')).status, 200);
  });

  test('a client that signs in rightly a hundred times at once is not taken for a guesser', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => server.signIn(client, '127.0.0.5')));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  });

  test('no secret that was guessed is in the log, right or wrong', () => {
    assert.ok(!server.said().includes(client.clientSecret));
    assert.ok(!server.said().includes('guess-'));
  });
});

describe('what a guesser can cost', () => {
  test('a thousand guesses that arrive at once are no way around the limit: ten are answered, whatever the secret', async () => {
    await using fixture = await openAuthFixture();
    const good = credentials(fixture.registered, 'https://management.azure.com/.default');
    const guess = (secret?: string) =>
      fixture.call('OAuth_TokenV2', { body: secret === undefined ? good : { ...good, client_secret: secret } });
    const guesses = Array.from({ length: 999 }, (_, index) => guess(`guess-${index}`));
    const answers = await Promise.all([...guesses, guess()]);
    const statuses = Object.groupBy(answers, ({ status }) => String(status));
    assert.deepEqual([statuses['401']?.length, statuses['429']?.length], [10, 990]);
  });

  test('an unknown client costs the same look into the store as a wrong secret', async () => {
    await using fixture = await openAuthFixture();
    const calls: string[] = [];
    const counted = {
      ...fixture.store,
      read: <T>(work: (repositories: Repositories) => Promise<T>) =>
        fixture.store.read((repositories) => {
          const findClient = (id: string) => {
            calls.push('findClient');
            return repositories.directory.findClient(id);
          };
          calls.push('read');
          return work({ ...repositories, directory: { ...repositories.directory, findClient } });
        }),
    };
    const traced = async (id: string, secret: string) => {
      calls.length = 0;
      assert.equal(await checkClientSecret(counted, id, secret), undefined);
      return calls.join();
    };
    const wrong = await traced(fixture.registered.client.id, 'wrong');
    assert.equal(await traced(randomUUID(), 'wrong'), wrong);
    assert.equal(wrong, 'read,findClient');
  });

  test('100,000 clients from 100,000 addresses that fail are remembered in less than 4 MiB', () => {
    const limits = createSignInLimits(settableClock());
    const fail = (index: number) => {
      const address = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
      limits.recordFailure({ clientId: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`, address });
    };
    // Full at 10,000; what comes after it takes somebody's place.
    for (let index = 0; index < 20_000; index += 1) fail(index);
    const full = heapBytes();
    for (let index = 20_000; index < 120_000; index += 1) fail(index);
    const grown = heapBytes() - full;
    assert.ok(grown < 4 * mebibyte, `grew by ${Math.round(grown / 1024)} KiB`);
    assert.equal(limits.waitSeconds({ clientId: 'x', address: '10.1.0.0' }), 0);
  });

  test('a client id of a megabyte is not kept', () => {
    const limits = createSignInLimits(settableClock());
    const before = heapBytes();
    for (let index = 0; index < 300; index += 1) {
      const clientId = Buffer.alloc(mebibyte, String(index)).toString('latin1');
      limits.recordFailure({ clientId, address: `10.0.${index >> 8}.${index & 255}` });
    }
    const grown = heapBytes() - before;
    assert.ok(grown < 4 * mebibyte, `grew by ${Math.round(grown / 1024)} KiB`);
    assert.equal(limits.waitSeconds({ clientId: 'x', address: '10.0.0.1' }), 0);
  });
});
