import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createSecureContext } from 'node:tls';
import { type AddressGuard, guardedLookup } from './address-guard.ts';
import type { ClusterAccess } from './cluster-access.ts';
import type { Credential } from './credentials.ts';
import { NoCredentials } from './kubernetes-error.ts';

/** Where the connections to one API server come from. */
export interface ConnectionPool {
  /** For short requests: at most so many connections, kept for the next ones. */
  short(credential: Credential): HttpAgent;
  /** For watches and execs: a connection of its own for each, not kept. */
  stream(credential: Credential): HttpAgent;
  /** Closes idle connections. */
  close(): void;
}

/** Fifty commands at once must not open a connection each; what waits here waits for milliseconds. */
const mostConnections = 32;
const mostIdle = 8;
/** Shorter than any balancer's patience with an idle connection, so that we are the ones who close. */
const idleMs = 30_000;
/** The kernel asks a silent peer after this, and gives it up some ten seconds later. */
export const keepAliveMs = 15_000;

interface Made {
  readonly credential: Credential;
  readonly short: HttpAgent;
  readonly stream: HttpAgent;
}

/** A pool that opens new connections once the certificates have changed; the old ones end with what they carry. */
export function createConnectionPool(access: ClusterAccess, guard: AddressGuard | undefined): ConnectionPool {
  let made: Made | undefined;
  const agents = (credential: Credential): Made => {
    if (made !== undefined && hasSameCertificates(made.credential, credential)) return made;
    const next = { credential, ...makeAgents(access, credential, guard) };
    if (made !== undefined) retire(made.short);
    made = next;
    return made;
  };
  return {
    short: (credential) => agents(credential).short,
    stream: (credential) => agents(credential).stream,
    close: () => {
      if (made !== undefined) closeIdle(made.short);
    },
  };
}

function hasSameCertificates(one: Credential, other: Credential): boolean {
  return one.certificate === other.certificate && one.key === other.key && one.authority === other.authority;
}

function makeAgents(
  access: ClusterAccess,
  credential: Credential,
  guard: AddressGuard | undefined,
): { readonly short: HttpAgent; readonly stream: HttpAgent } {
  const isPlain = access.server.protocol === 'http:';
  const proxy = access.proxy?.href;
  const shared = {
    ...(guard === undefined ? {} : { lookup: guardedLookup(guard) }),
    ...(proxy === undefined ? {} : { proxyEnv: isPlain ? { HTTP_PROXY: proxy } : { HTTPS_PROXY: proxy } }),
  };
  const short = {
    ...shared,
    keepAlive: true,
    keepAliveMsecs: keepAliveMs,
    maxSockets: mostConnections,
    maxFreeSockets: mostIdle,
    timeout: idleMs,
  };
  if (isPlain) return { short: new HttpAgent(short), stream: new HttpAgent(shared) };
  const tls = {
    secureContext: secureContext(access, credential),
    rejectUnauthorized: access.verifiesServer,
    ...(access.tlsServerName === undefined ? {} : { servername: access.tlsServerName }),
  };
  return { short: new HttpsAgent({ ...short, ...tls }), stream: new HttpsAgent({ ...shared, ...tls }) };
}

function secureContext(access: ClusterAccess, credential: Credential): ReturnType<typeof createSecureContext> {
  try {
    return createSecureContext({ ca: credential.authority, cert: credential.certificate, key: credential.key });
  } catch (cause) {
    throw new NoCredentials(
      `The certificates for ${access.server.origin} cannot be used: ${String(cause)}. Look at certificate-authority, client-certificate and client-key of the kubeconfig.`,
      { cause },
    );
  }
}

/** What it carries still ends in peace; nothing is kept. */
function retire(agent: HttpAgent): void {
  agent.maxFreeSockets = 0;
  closeIdle(agent);
}

function closeIdle(agent: HttpAgent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}
