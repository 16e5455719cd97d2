import type { WebSocket } from 'ws';
import type { Clock } from '../../../ports/clock.ts';

/** Balancers cut what is silent for a minute, some after less. */
const pingMs = 5000;
const deadMs = 30_000;
/** A program that is slow to read its stdin holds up our pings behind it, so that silence means less then. */
const deadWhileFeedingMs = 120_000;

/** How much stdin was sent. */
export interface Fed {
  frames: number;
}

/**
 * Pings until `over` aborts, or nothing at all came back for 30 s (120 s while there is stdin that the server may not
 * have taken yet): then it resolves with `silent`. A paused socket is not listened to, so nothing is held against it.
 */
export async function keepAlive(
  socket: WebSocket,
  clock: Clock,
  { fed, over }: { readonly fed: Fed; readonly over: AbortSignal },
): Promise<'silent' | 'over'> {
  let heardMs = clock.monotonicMs();
  let takenFrames = 0;
  const hear = (): void => {
    heardMs = clock.monotonicMs();
  };
  // A pong says what its ping said: how much had been sent before it, and was therefore taken.
  const hearPong = (sent: Buffer): void => {
    hear();
    takenFrames = Number(sent.toString());
  };
  socket.on('message', hear).on('ping', hear).on('pong', hearPong);
  try {
    for (;;) {
      await clock.sleep(pingMs, over);
      if (over.aborted) return 'over';
      if (socket.isPaused) hear();
      const patienceMs = takenFrames < fed.frames ? deadWhileFeedingMs : deadMs;
      if (clock.monotonicMs() - heardMs >= patienceMs) return 'silent';
      // It is sent while paused as well, for the balancers on the way.
      if (socket.readyState === socket.OPEN) socket.ping(String(fed.frames));
    }
  } finally {
    socket.off('message', hear).off('ping', hear).off('pong', hearPong);
  }
}
