import type { RawData, WebSocket } from 'ws';
import { unlessAborted } from '../../unless-aborted.ts';
import { openExec } from './exec-connection.ts';
import { createDelivery, type Delivery } from './exec-delivery.ts';
import { keepAlive } from './exec-heartbeat.ts';
import { parseExecStatus } from './exec-status.ts';
import { sendStdin } from './exec-stdin.ts';
import type { Exec, ExecStatus } from './kubernetes-client.ts';
import { ExecBroken } from './kubernetes-error.ts';
import { type Line, serverOf } from './line.ts';
import { persist } from './persist.ts';

/** The channels that the server sends on: the first byte of each message (KEP-4006). */
const channels = { stdout: 1, stderr: 2, status: 3 } as const;
/** A `Status` is a few hundred bytes. */
const mostStatusBytes = 256 * 1024;
/** The server closes right after the status; channels are not ordered against each other, so we wait for that. */
const lingerMs = 2000;

/** `KubernetesClient.exec`. When it is given up, nothing more is handed over but what the consumer has in hand. */
export async function execInPod(line: Line, exec: Exec, signal: AbortSignal): Promise<ExecStatus> {
  // A 503 may come from a balancer behind which the program was started, so it is not tried again.
  const socket = await persist(line, { isRepeatable: false, signal }, (credential) =>
    openExec(line, exec, credential, signal),
  );
  const over = new AbortController();
  const failed = Promise.withResolvers<never>();
  // What fails after the end is nobody's concern any more.
  failed.promise.catch(() => undefined);
  const delivery = createDelivery(socket, failed.reject);
  try {
    return await unlessAborted(talk(line, socket, { exec, delivery, failed, over: over.signal }), signal);
  } finally {
    over.abort();
    socket.terminate();
    delivery.stop();
  }
}

type End =
  | { readonly type: 'status'; readonly status: ExecStatus }
  | { readonly type: 'closed'; readonly code: number; readonly words: string }
  | { readonly type: 'silent' };

interface Talk {
  readonly exec: Exec;
  readonly delivery: Delivery;
  /** Rejected by what cannot take its part in it. */
  readonly failed: PromiseWithResolvers<never>;
  /** Aborts when the exec is over, for whatever accompanies it. */
  readonly over: AbortSignal;
}

async function talk(line: Line, socket: WebSocket, { exec, delivery, failed, over }: Talk): Promise<ExecStatus> {
  const status = Promise.withResolvers<End>();
  const closed = closeOf(socket);
  const fed = { frames: 0 };
  const silent = keepAlive(socket, line.clock, { fed, over }).then((): End => ({ type: 'silent' }));
  listen(socket, exec, delivery, (told) => status.resolve({ type: 'status', status: told }));
  if (exec.stdin !== undefined) sendStdin(socket, exec.stdin, { fed, over }).catch(failed.reject);
  socket.resume();
  const first = await Promise.race([status.promise, closed, silent, failed.promise]);
  if (first.type === 'status') {
    // More output may come until the close: at the consumer's pace, and then for a moment.
    do {
      await Promise.race([delivery.drained(), failed.promise]);
      await Promise.race([closed, line.clock.sleep(lingerMs, over)]);
    } while (!delivery.isEmpty);
    return first.status;
  }
  socket.terminate();
  await Promise.race([delivery.drained(), failed.promise]);
  throw new ExecBroken(brokenOf(line, exec, first));
}

function closeOf(socket: WebSocket): Promise<End> {
  const { promise, resolve } = Promise.withResolvers<End>();
  let words = '';
  socket.on('error', (error) => (words = error.message));
  socket.once('close', (code, reason) => {
    // What is quoted may come from anybody on the way.
    const told = reason
      .toString('utf8')
      .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
      .trim();
    resolve({ type: 'closed', code, words: words === '' ? told : words });
  });
  if (socket.readyState === socket.CLOSED) resolve({ type: 'closed', code: 1006, words });
  return promise;
}

function listen(socket: WebSocket, exec: Exec, delivery: Delivery, tell: (status: ExecStatus) => void): void {
  let written = '';
  socket.on('message', (message: RawData) => {
    // `nodebuffer`, the usual way of ws, gives nothing else.
    if (!Buffer.isBuffer(message) || message.length < 2) return; // The server begins each channel with an empty piece.
    const bytes = message.subarray(1);
    if (message[0] === channels.stdout) return delivery.take(bytes, exec.onStdout);
    if (message[0] === channels.stderr) return delivery.take(bytes, exec.onStderr);
    if (message[0] !== channels.status || written.length > mostStatusBytes) return;
    written += bytes.toString('utf8');
    const status = parseExecStatus(written);
    if (status !== undefined) tell(status);
  });
}

function brokenOf(line: Line, { namespace, pod, container }: Exec, end: Exclude<End, { type: 'status' }>): string {
  const what = `The exec in container ${container} of pod ${namespace}/${pod}, by ${serverOf(line)},`;
  if (end.type === 'silent') return `${what} fell silent: pings were not answered. The program may still run.`;
  const words = end.words === '' ? '' : `, ${end.words}`;
  return `${what} ended without its status (WebSocket ${end.code}${words}). The program may still run.`;
}
