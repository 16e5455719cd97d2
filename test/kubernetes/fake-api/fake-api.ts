import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ClusterAccess } from '../../../src/executors/kubernetes/client/cluster-access.ts';
import { makeAuthority, makeServerCertificate } from './certificates.ts';

/** A request that arrived. */
export interface Seen {
  readonly method: string;
  /** With its query. */
  readonly url: URL;
  readonly token: string | undefined;
  readonly userAgent: string | undefined;
  /** Who the client's certificate says that it is. */
  readonly certificateName: string | undefined;
  readonly body: string;
}

/** How a request is answered; the body was read already. */
export type Answering = (seen: Seen, response: ServerResponse) => unknown;
/** How an upgrade is answered. */
export type Upgrading = (upgrade: Upgrade) => Promise<void> | void;

/** An upgrade that is asked for. */
export interface Upgrade {
  readonly seen: Seen;
  readonly socket: Duplex;
  /** Changes to WebSocket, with a protocol of the test's choice (`false` for none). */
  readonly accept: (protocol?: string | false) => Promise<WebSocket>;
}

/** An API server on a real TLS socket that does whatever a test wants. */
export interface FakeApi {
  readonly access: ClusterAccess;
  readonly seen: readonly Seen[];
  /** How requests are answered from now on. */
  answer(answering: Answering): void;
  /** How upgrades are answered from now on. */
  upgrade(upgrading: Upgrading): void;
  /** How many connections were made so far. */
  connections(): number;
  /** Resolves when no connection is open any more: the client left nothing. */
  deserted(): Promise<void>;
  close(): Promise<void>;
}

const hosts = ['127.0.0.1', 'localhost', 'kubernetes.test'];
const authority = makeAuthority(hosts);
const certificate = makeServerCertificate(authority, ['127.0.0.1', 'localhost']);

/** The authority of every fake API server, also of its clients. */
export const fakeAuthority: typeof authority = authority;

/** Starts a fake API server on loopback. @param named the host in its certificate, where it is not the address */
export async function startFakeApi(named?: string): Promise<FakeApi> {
  const { certPem, keyPem } = named === undefined ? certificate : makeServerCertificate(authority, [named]);
  const server = createServer({
    cert: certPem,
    key: keyPem,
    ca: authority.certPem,
    requestCert: true,
    rejectUnauthorized: false,
    keepAliveTimeout: 60_000,
  });
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false, handleProtocols: () => chosen });
  let chosen: string | false = false;
  let answering: Answering = (_seen, response) => void response.writeHead(500).end();
  let upgrading: Upgrading = ({ socket }) => void socket.destroy();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy()); // Cutting connections is what this server is for.
    socket.on('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) server.emit('deserted');
    });
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('request', (request, response) => {
    response.on('error', () => undefined);
    readAll(request).then(
      (body) => {
        const one = seenOf(request, body);
        seen.push(one);
        // What a test's own code throws here must be seen.
        Promise.resolve(answering(one, response)).catch((error: unknown) => server.emit('error', error));
      },
      () => undefined, // The client went away; the test sees that on its side.
    );
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const one = seenOf(request, '');
    seen.push(one);
    const upgrade: Upgrade = {
      seen: one,
      socket,
      accept: (protocol = 'v5.channel.k8s.io') => {
        chosen = protocol;
        const { promise, resolve } = Promise.withResolvers<WebSocket>();
        upgrades.handleUpgrade(request, socket, head, (webSocket) => {
          webSocket.on('error', () => undefined);
          resolve(webSocket);
        });
        return promise;
      },
    };
    // What a test's own code throws here must be seen.
    Promise.resolve(upgrading(upgrade)).catch((error: unknown) => server.emit('error', error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The fake API server listens on no port.');
  return {
    access: {
      server: new URL(`https://127.0.0.1:${address.port}`),
      certificateAuthority: { type: 'inline', pem: authority.certPem },
      tlsServerName: undefined,
      verifiesServer: true,
      proxy: undefined,
      clientCertificate: undefined,
      bearer: { type: 'token', token: 'first' },
      namespace: 'default',
    },
    seen,
    answer: (next) => (answering = next),
    upgrade: (next) => (upgrading = next),
    connections: () => connections,
    deserted: async () => {
      if (sockets.size > 0) await once(server, 'deserted');
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}

function seenOf(request: IncomingMessage, body: string): Seen {
  const peer = request.socket instanceof TLSSocket ? request.socket.getPeerCertificate().subject?.CN : undefined;
  return {
    method: request.method ?? '',
    url: new URL(request.url ?? '', 'https://fake.test'),
    token: request.headers.authorization?.replace(/^Bearer /, ''),
    userAgent: request.headers['user-agent'],
    certificateName: Array.isArray(peer) ? peer[0] : peer,
    body,
  };
}
