/**
 * Asks for the same addresses again and again, over a number of connections that are kept, for a while. Raw sockets:
 * the load must cost less than the server it is for.
 * Takes `{port, token, paths, connections, ms}`, answers `{perSecond}`.
 */
import { on } from 'node:events';
import { connect, type Socket } from 'node:net';
import { objectOf } from '../../src/client/json-fields.ts';

const host = '127.0.0.1';
const headEnd = Buffer.from('\r\n\r\n');

async function load(requests: readonly Buffer[], port: number, connections: number, ms: number): Promise<number> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => connected(port)));
  let answered = 0;
  let next = 0;
  const began = performance.now();
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          const send = () => socket.write(requests[next++ % requests.length] ?? '');
          onAnswers(socket, () => {
            answered += 1;
            if (performance.now() - began < ms) send();
            else resolve();
          });
          send();
        }),
    ),
  );
  const perSecond = (answered * 1000) / (performance.now() - began);
  for (const socket of sockets) socket.destroy();
  return perSecond;
}

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Calls for each whole answer. Every answer has a Content-Length; anything but 200 ends the program. */
function onAnswers(socket: Socket, onAnswer: () => void): void {
  let pending: Buffer | undefined;
  socket.on('data', (chunk: Buffer) => {
    pending = pending === undefined ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      const end = pending.indexOf(headEnd);
      if (end < 0) return;
      const head = pending.toString('latin1', 0, end);
      if (!head.startsWith('HTTP/1.1 200')) throw new Error(`An answer was not 200: ${head}`);
      const length = /content-length: (\d+)/i.exec(head)?.[1];
      if (length === undefined) throw new Error(`An answer has no Content-Length: ${head}`);
      const whole = end + headEnd.length + Number(length);
      if (pending.length < whole) return;
      const rest = pending.subarray(whole);
      pending = rest.length === 0 ? undefined : rest;
      onAnswer();
      if (pending === undefined) return;
    }
  });
}

for await (const [message] of on(process, 'message') as AsyncIterable<readonly unknown[]>) {
  const { port, token, paths, connections, ms } = objectOf(message);
  if (!Array.isArray(paths)) throw new TypeError('No paths were given.');
  const requests = paths.map((path) =>
    Buffer.from(
      `GET ${String(path)} HTTP/1.1\r\nhost: ${host}:${String(port)}\r\nauthorization: Bearer ${String(token)}\r\n\r\n`,
    ),
  );
  process.send?.({ perSecond: await load(requests, Number(port), Number(connections), Number(ms)) });
}
