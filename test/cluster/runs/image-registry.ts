import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { machineHost, ownClusterState } from '../cluster-under-test.ts';
import { registriesOf } from '../one-node/configuration.ts';

const own = 'registry.test.longarm.invalid';

/** Images that a registry knows nothing of, which answers; nodes ask Docker Hub on a cluster that is not our own. */
export const imagesNotThere =
  ownClusterState() === undefined
    ? { absent: 'docker.io/library/busybox:longarm-not-there', private: 'docker.io/longarm-not-there/private:1' }
    : { absent: `${own}/absent:1`, private: `${own}/private:1` };

/** A registry that this process serves to the nodes. */
export interface ImageRegistry {
  close(): Promise<void>;
}

/** Serves the registry of `imagesNotThere` to the nodes of our own cluster; elsewhere there is one already. */
export async function openImageRegistry(): Promise<ImageRegistry> {
  const state = ownClusterState();
  if (state === undefined) return { close: async () => {} };
  const server = createServer((request, response) => {
    const isPrivate = (request.url ?? '').startsWith('/v2/private/');
    const error = isPrivate
      ? { code: 'UNAUTHORIZED', message: 'authentication required' }
      : { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' };
    if (isPrivate) response.setHeader('www-authenticate', `Basic realm="${own}"`);
    response.writeHead(isPrivate ? 401 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [error] }));
  });
  const host = machineHost();
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The registry has no port.');
  const url = `http://${host}:${address.port}`;
  const folder = join(registriesOf(state), own);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'hosts.toml'),
    `server = "${url}"\n[host."${url}"]\n  capabilities = ["pull", "resolve"]\n`,
  );
  return {
    close: async () => {
      rmSync(folder, { recursive: true });
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
