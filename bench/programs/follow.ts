/**
 * Follows one output over many connections. Takes `{port, token, path, followers, bytes}`; answers `{connected}` when each
 * follower has its headers, and on the next message, whatever it holds, waits until each has got `bytes` of output and
 * its end, and answers `{delivered}`.
 */
import { on } from 'node:events';
import { Agent, get } from 'node:http';
import { objectOf } from '../../src/client/json-fields.ts';

/** One answer that is read to its end. */
interface Follower {
  readonly connected: Promise<void>;
  /** How many bytes came. */
  readonly ended: Promise<number>;
}

let followers: readonly Follower[] = [];

async function answer(message: Readonly<Record<string, unknown>>): Promise<object> {
  if (message['path'] === undefined) {
    const bytes = await Promise.all(followers.map(({ ended }) => ended));
    return { delivered: bytes.reduce((sum, each) => sum + each, 0) };
  }
  const agent = new Agent({ maxSockets: Infinity });
  followers = Array.from({ length: Number(message['followers']) }, () =>
    follow(agent, Number(message['port']), String(message['path']), String(message['token'])),
  );
  await Promise.all(followers.map(({ connected }) => connected));
  return { connected: followers.length };
}

function follow(agent: Agent, port: number, path: string, token: string): Follower {
  const connected = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<number>();
  const fail = (error: Error) => {
    connected.reject(error);
    ended.reject(error);
  };
  const headers = { authorization: `Bearer ${token}` };
  const request = get({ host: '127.0.0.1', port, path, headers, agent }, (response) => {
    if (response.statusCode !== 200) return fail(new Error(`A follower was answered ${response.statusCode}.`));
    let bytes = 0;
    response.on('data', (chunk: Buffer) => (bytes += chunk.length));
    response.on('end', () => ended.resolve(bytes));
    response.on('error', fail);
    connected.resolve();
  });
  request.on('error', fail);
  return { connected: connected.promise, ended: ended.promise };
}

for await (const [message] of on(process, 'message') as AsyncIterable<readonly unknown[]>) {
  process.send?.(await answer(objectOf(message)));
}
