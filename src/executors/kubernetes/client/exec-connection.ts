import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { keepAliveMs } from './connection-pool.ts';
import type { Credential } from './credentials.ts';
import { unreachable } from './explain-unreachable.ts';
import { textOf } from './json-fields.ts';
import type { Exec } from './kubernetes-client.ts';
import { KubernetesError, TooOld, Unreachable } from './kubernetes-error.ts';
import { headersOf, type Line, pathOf, serverOf } from './line.ts';
import { errorOf, requestJson } from './request-json.ts';
import { withinDeadline } from './within-deadline.ts';

const protocol = 'v5.channel.k8s.io';
/** The first minor version of Kubernetes 1 that speaks it (KEP-4006). */
const firstMinor = 30;
const openMs = 30_000;
/** The API server sends pieces of 32 KiB; a message above this is from something else. */
const mostMessageBytes = 1024 * 1024;

/**
 * Opens the WebSocket of an exec. It is paused, so that nothing is missed before somebody listens.
 * @throws {KubernetesError | Unreachable | TooOld} and the signal's reason
 */
export async function openExec(
  line: Line,
  exec: Exec,
  credential: Credential,
  signal: AbortSignal,
): Promise<WebSocket> {
  const late = (): Error =>
    new Unreachable(
      `The API server ${serverOf(line)} did not open an exec in pod ${exec.pod} within ${openMs / 1000} s.`,
    );
  return withinDeadline({ clock: line.clock, limitMs: openMs, late, signal }, async (limited) => {
    try {
      return await connect(line, exec, credential, limited);
    } catch (error) {
      limited.throwIfAborted();
      if (error instanceof KubernetesError || error instanceof TooOld) throw error;
      throw unreachable(serverOf(line), error);
    }
  });
}

async function connect(line: Line, exec: Exec, credential: Credential, signal: AbortSignal): Promise<WebSocket> {
  signal.throwIfAborted();
  line.checkAddress();
  line.count();
  const socket = new WebSocket(urlOf(line, exec), [protocol], {
    agent: line.pool.stream(credential),
    headers: headersOf(line, credential),
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: mostMessageBytes,
  });
  const { promise: opened, resolve, reject } = Promise.withResolvers<IncomingMessage | 'open'>();
  let chosen: string | undefined;
  let isUpgraded = false;
  socket.once('upgrade', (response) => {
    isUpgraded = true;
    chosen = response.headers['sec-websocket-protocol'];
    response.socket.setKeepAlive(true, keepAliveMs);
  });
  socket.once('unexpected-response', (_request, response) => resolve(response));
  socket.once('open', () => {
    socket.pause();
    resolve('open');
  });
  // Stays for good: after the opening, what the error means is told by 'close'.
  socket.on('error', reject);
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  let isOpen = false;
  try {
    const response = await opened;
    if (response !== 'open') throw await refusalOf(line, response, signal);
    isOpen = true;
    return socket;
  } catch (error) {
    if (isUpgraded && chosen !== protocol) throw tooOld(line, `it chose ${chosen ?? 'no protocol'}`);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    if (!isOpen) socket.terminate();
  }
}

function urlOf(line: Line, { namespace, pod, container, command, stdin }: Exec): URL {
  const query = new URLSearchParams([
    ['container', container],
    ...command.map((word): [string, string] => ['command', word]),
    ...(stdin === undefined ? [] : [['stdin', 'true'] satisfies [string, string]]),
    ['stdout', 'true'],
    ['stderr', 'true'],
  ]);
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec`;
  const url = new URL(pathOf(line, path, query), line.access.server);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  return url;
}

async function refusalOf(line: Line, response: IncomingMessage, signal: AbortSignal): Promise<Error> {
  const abort = (): void => void response.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const error = await errorOf(line, { code: response.statusCode ?? 0, response });
    // Before 1.30 the kubelet refuses a protocol that it does not know with a bare 403 or 400, which says nothing.
    const isMute = error.reason === 'Http400' || error.reason === 'Http403';
    return isMute && (await isOld(line, signal)) ? tooOld(line, `it answered ${error.code}`) : error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function isOld(line: Line, signal: AbortSignal): Promise<boolean> {
  const version = await requestJson(line, { method: 'GET', path: '/version' }, signal);
  // Some distributions write the minor version as "29+".
  return textOf(version, 'major') === '1' && Number.parseInt(textOf(version, 'minor') ?? '', 10) < firstMinor;
}

function tooOld(line: Line, how: string): TooOld {
  return new TooOld(
    `The API server ${serverOf(line)} does not speak ${protocol} (${how}). Kubernetes has it from 1.${firstMinor} on: upgrade the cluster.`,
  );
}
