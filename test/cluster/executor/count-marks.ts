import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { machineHost } from '../cluster-under-test.ts';

/** Counts what commands did, outside of their pods and of anything that could be lost with them. */
export interface MarkCounter {
  /** A command that leaves one mark under this name. */
  command(name: string): string;
  count(name: string): number;
  /** Resolves once there is such a mark. @throws the signal's reason */
  arrived(name: string, signal: AbortSignal): Promise<void>;
  /** Resolves once every mark has been counted that was on its way here when this was called. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Listens where pods of the cluster under test can reach this machine; of another cluster `LONGARM_TEST_HOST` says where. */
export async function countMarks(): Promise<MarkCounter> {
  const host = machineHost();
  const marks = new Map<string, number>();
  const news = new EventEmitter().setMaxListeners(0);
  const nonces = new Set<string>();
  const server = createServer((request, response) => {
    const [name = '', nonce] = (request.url ?? '/').slice(1).split('?');
    if (nonce === undefined || !nonces.has(nonce)) marks.set(name, (marks.get(name) ?? 0) + 1);
    if (nonce !== undefined) nonces.add(nonce);
    response.end('counted\n');
    news.emit('mark');
  });
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The counter has no port.');
  return {
    // Sent again under its number where no answer comes: now and then the network of a busy node swallows a connection.
    command: (name) =>
      `mark=$(cat /proc/sys/kernel/random/uuid); for attempt in 1 2 3 4 x; do timeout 5 wget -q -O /dev/null "http://${host}:${address.port}/${name}?$mark" && break; [ $attempt != x ] || exit 99; done`,
    count: (name) => marks.get(name) ?? 0,
    arrived: async (name, signal) => {
      while (!marks.has(name)) await once(news, 'mark', { signal });
    },
    settled: async () => {
      // Connections are taken and read in the order in which they came.
      const response = await fetch(`http://${host}:${address.port}/settled`, { headers: { connection: 'close' } });
      await response.text();
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
