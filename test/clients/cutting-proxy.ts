import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy in front of a TLS server that loses one answer. */
export interface CuttingProxy {
  /** The port on loopback that it listens on. */
  readonly port: number;
  /** How many connections clients have made. */
  connections(): number;
  close(): Promise<void>;
}

/** The content type of TLS records that carry what the application said, and in TLS 1.3 the last of the handshake. */
const applicationRecord = 23;

/** Larger than any handshake message of a client that travels as application record; smaller than any request. */
const handshakeLimitBytes = 200;

/** Tells, chunk by chunk of what a TLS client sends, whether a whole request record has gone by. */
function requestWatcher(): (chunk: Buffer) => boolean {
  let pending = Buffer.alloc(0);
  let seen = false;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 5 && pending.length >= 5 + pending.readUInt16BE(3)) {
      const length = pending.readUInt16BE(3);
      seen ||= pending[0] === applicationRecord && length > handshakeLimitBytes;
      pending = pending.subarray(5 + length);
    }
    return seen;
  };
}

/**
 * Starts a proxy that lets the first request through, holds back every byte of its answer, and resets the connection
 * once `arrived`, called then, resolves. All later connections are passed through untouched.
 */
export async function startCuttingProxy(
  target: URL,
  arrived: (signal: AbortSignal) => Promise<void>,
): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const closing = new AbortController();
  let connections = 0;
  let hasCut = false;
  const server = createServer((client) => {
    connections += 1;
    const upstream = connect(Number(target.port), target.hostname);
    const sawRequest = requestWatcher();
    let holdsBack = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()); // The other side is told by 'close'.
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      upstream.write(chunk);
      if (hasCut || !sawRequest(chunk)) return;
      hasCut = true;
      holdsBack = true;
      arrived(closing.signal).then(
        () => client.resetAndDestroy(),
        () => client.destroy(), // The test ends by its own assertions.
      );
    });
    upstream.on('data', (chunk: Buffer) => {
      if (!holdsBack) client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy listens on no port.');
  return {
    port: address.port,
    connections: () => connections,
    close: async () => {
      closing.abort();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
