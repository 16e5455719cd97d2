import { createServer } from 'node:net';

/**
 * A port that is free on the host at this moment. The public URL, and with it certificate and tokens, must be known
 * before the server listens, so port 0 is turned into a number first.
 */
export function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ host, port: 0 }, () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error(`No port is free on ${host}.`));
      });
    });
  });
}
