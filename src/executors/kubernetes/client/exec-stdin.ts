import type { WebSocket } from 'ws';
import { unlessAborted } from '../../unless-aborted.ts';
import type { Fed } from './exec-heartbeat.ts';

/** v5.channel.k8s.io: the first byte of a message is its channel; 255 with a channel's number half-closes that one. */
const stdinChannel = 0;
const closeChannel = 255;

const frameBytes = 32 * 1024;
/** So much may wait in our own memory for the network. */
const mostBufferedBytes = 1024 * 1024;

/**
 * Sends what `stdin` gives, as fast as it is taken, and its end; counts in `fed`. Ends early, and in silence, when `over`
 * aborts.
 * @throws what `stdin` throws
 */
export async function sendStdin(
  socket: WebSocket,
  stdin: AsyncIterable<Uint8Array>,
  { fed, over }: { readonly fed: Fed; readonly over: AbortSignal },
): Promise<void> {
  const source = stdin[Symbol.asyncIterator]();
  let hasEnded = false;
  try {
    for (;;) {
      const next = await unlessAborted(source.next(), over);
      if (next.done === true) break;
      for (let offset = 0; offset < next.value.length; offset += frameBytes) {
        fed.frames += 1;
        await sendFrame(socket, next.value.subarray(offset, offset + frameBytes), over);
      }
    }
    hasEnded = true;
    socket.send(Uint8Array.of(closeChannel, stdinChannel));
  } catch (error) {
    if (!over.aborted) throw error;
  } finally {
    // It may be waiting for something that never comes, so nobody waits for what it says to that.
    if (!hasEnded) source.return?.().catch(() => undefined);
  }
}

async function sendFrame(socket: WebSocket, bytes: Uint8Array, over: AbortSignal): Promise<void> {
  over.throwIfAborted();
  const frame = Buffer.allocUnsafe(bytes.length + 1);
  frame[0] = stdinChannel;
  frame.set(bytes, 1);
  const { promise, resolve } = Promise.withResolvers<void>();
  // A connection that fails says so itself; there is nothing to add here.
  socket.send(frame, () => resolve());
  if (socket.bufferedAmount > mostBufferedBytes) await unlessAborted(promise, over);
}
