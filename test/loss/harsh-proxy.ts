import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What the proxy does to connections. */
export interface Harshness {
  /** Cuts a connection that has been silent, both ways, for this long, as balancers do. */
  readonly idleMs?: number;
  /** Cuts a connection once this many bytes of answers have passed. */
  readonly answerBytes?: number;
  /** Leaves connections alone once it has cut so many. */
  readonly mostCuts?: number;
}

/** A TCP proxy that cuts connections with a reset; TLS goes through it unopened. */
export interface HarshProxy {
  /** Where clients are to go. */
  readonly endpoint: string;
  /** How many connections it has cut. */
  cuts(): number;
  close(): Promise<void>;
}

/** Starts a proxy on loopback in front of a server. */
export async function startHarshProxy(
  target: URL,
  { idleMs, answerBytes = Number.POSITIVE_INFINITY, mostCuts = Number.POSITIVE_INFINITY }: Harshness,
): Promise<HarshProxy> {
  const sockets = new Set<Socket>();
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let passed = 0;
    const cut = (): void => {
      if (client.destroyed) return;
      cuts += 1;
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      if (idleMs !== undefined) socket.setTimeout(idleMs, cut);
      socket.on('error', () => socket.destroy()); // The other side is told by 'close'.
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => upstream.write(chunk));
    upstream.on('data', (chunk: Buffer) => {
      const room = cuts < mostCuts ? answerBytes - passed : Number.POSITIVE_INFINITY;
      passed += chunk.length;
      if (chunk.length < room) {
        // The answer is passed on only as fast as it is read.
        if (!client.write(chunk)) {
          upstream.pause();
          client.once('drain', () => upstream.resume());
        }
        return;
      }
      client.write(chunk.subarray(0, room), cut);
      upstream.pause();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy listens on no port.');
  return {
    endpoint: `https://127.0.0.1:${address.port}`,
    cuts: () => cuts,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
