import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request } from 'node:https';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { setTimeout as pass } from 'node:timers/promises';
import { keysOf, nodeAddress, readPlace } from '../cluster/one-node/layout.ts';
import type { RunningCluster } from '../cluster/one-node/running-cluster.ts';

/** What becomes of the answer to a request that the API server has carried out. */
export type Treatment =
  | { readonly type: 'lost' }
  /** It comes so many milliseconds later. */
  | { readonly type: 'late'; readonly byMs: number };

/** Stands where the API server is thought to be: with its certificate, and with an administrator's rights behind. */
export interface ApiServerProxy {
  /** `https://HOST:PORT`, for clients that take `kubernetes` for its name. */
  readonly url: string;
  /**
   * Treats the next answer to such a request so; it is named by its method and what it is about, `POST pods`.
   * @returns what resolves when that was done: the request was carried out, and its answer thrown away or handed on.
   */
  treat(request: string, treatment: Treatment): Promise<void>;
  /** How many such requests came; or were answered so by the API server. */
  count(request: string, status?: number): number;
  close(): Promise<void>;
}

/** Starts one on the machine's own address of the link into the cluster. */
export async function startApiServerProxy({ stateDirectory, machineAddress }: RunningCluster): Promise<ApiServerProxy> {
  const key = (name: string): Buffer => readFileSync(join(keysOf(stateDirectory), name));
  const upstream = { host: nodeAddress(readPlace(stateDirectory)), port: 6443, ca: key('ca.crt') };
  const rights = { ...upstream, cert: key('admin.crt'), key: key('admin.key') };
  const treatments = new Map<string, { readonly treatment: Treatment; readonly done: () => void }>();
  const counts = new Map<string, number>();
  const sockets = new Set<Duplex>();
  const closing = new AbortController();

  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method, url: path, headers } = incoming;
    const name = nameOf(method, path);
    count(name);
    const { treatment, done } = treatments.get(name) ?? {};
    treatments.delete(name);
    const sent = request({ ...rights, method, path, headers });
    // What is treated is carried out, also for somebody who has given it up.
    if (treatment === undefined) outgoing.once('close', () => sent.destroy());
    incoming.pipe(sent);
    const [response]: IncomingMessage[] = await once(sent, 'response');
    if (response === undefined) return;
    count(`${name} ${response.statusCode}`);
    if (treatment?.type === 'lost') {
      response.resume();
      outgoing.destroy();
      done?.();
      return;
    }
    if (treatment?.type === 'late') await pass(treatment.byMs, undefined, { signal: closing.signal });
    if (outgoing.destroyed) {
      response.resume(); // Nobody waits for it any more.
    } else {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    }
    done?.();
  };

  const server = createServer(
    { cert: key('kube-apiserver.crt'), key: key('kube-apiserver.key') },
    (incoming, outgoing) => {
      // A client that hangs up, or a server that does, ends both.
      answer(incoming, outgoing).catch(() => outgoing.destroy());
    },
  );
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', ({ method, url: path, headers }, client: Duplex, head: Buffer) => {
    const far = connect(rights, () => {
      far.write(`${method} ${path} HTTP/1.1\r\n${headerLines(headers)}\r\n`);
      far.write(head);
      far.pipe(client).pipe(far);
    });
    for (const [one, other] of [
      [client, far],
      [far, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.once('close', () => other.destroy());
    }
  });
  server.listen(0, machineAddress);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy listens on no port.');
  return {
    url: `https://${machineAddress}:${address.port}`,
    treat: (name, treatment) => new Promise((done) => treatments.set(name, { treatment, done })),
    count: (name, status) => counts.get(status === undefined ? name : `${name} ${status}`) ?? 0,
    close: async () => {
      closing.abort();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function nameOf(method = '', path = ''): string {
  const kind = /^\/api\/v1\/namespaces\/[^/]+\/(\w+)/.exec(path)?.[1] ?? path;
  return `${method} ${kind}`;
}

function headerLines(headers: IncomingHttpHeaders): string {
  return Object.entries(headers)
    .flatMap(([name, value]) => [value ?? []].flat().map((each) => `${name}: ${each}\r\n`))
    .join('');
}
