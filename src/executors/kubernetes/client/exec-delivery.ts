/** What pauses and resumes when the consumer is slow. */
export interface Tap {
  pause(): void;
  resume(): void;
}

/** What a consumer takes pieces with. */
export type Hand = (bytes: Uint8Array) => Promise<void> | void;

/**
 * Hands over what arrives, one piece after the other, and closes the tap while too much waits. Pieces that wait for the
 * same consumer are joined: a stream arrives in frames of 32 KiB, and to store each of them by itself costs more than to
 * carry it.
 */
export interface Delivery {
  /** Takes a piece that arrived; `hand` gives it to the consumer. */
  take(bytes: Uint8Array, hand: Hand): void;
  /** Resolves when everything that was taken was handed over. @throws what the consumer threw */
  drained(): Promise<void>;
  /** Drops what waits. What the consumer has in hand is its own. */
  stop(): void;
  /** Whether nothing waits. */
  readonly isEmpty: boolean;
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly hand: Hand;
}

/** So much may wait for a slow consumer before nothing more is read … */
const fullBytes = 1024 * 1024;
/** … until no more than this is left. */
const lowBytes = 256 * 1024;
/** How much is joined at most. */
const joinedBytes = 512 * 1024;

/** Makes a delivery. @param onFailure told once, of the first error that the consumer throws; nothing is handed over after it */
export function createDelivery(tap: Tap, onFailure: (error: unknown) => void): Delivery {
  let waiting: Piece[] = [];
  let waitingBytes = 0;
  let isFull = false;
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  let handing: Promise<void> | undefined;

  const handOver = async (): Promise<void> => {
    while (!isOver) {
      const next = nextOf(waiting);
      if (next === undefined) break;
      waiting = waiting.slice(next.count);
      try {
        await next.hand(next.bytes);
      } catch (error) {
        failure = { error };
        isOver = true;
        onFailure(error);
      }
      waitingBytes -= next.bytes.length;
      if (!isFull || waitingBytes > lowBytes) continue;
      isFull = false;
      tap.resume();
    }
    handing = undefined;
  };
  return {
    take: (bytes, hand) => {
      if (isOver) return;
      waiting.push({ bytes, hand });
      waitingBytes += bytes.length;
      if (!isFull && waitingBytes > fullBytes) {
        isFull = true;
        tap.pause();
      }
      handing ??= handOver();
    },
    drained: async () => {
      await handing;
      if (failure !== undefined) throw failure.error;
    },
    stop: () => {
      isOver = true;
      waiting = [];
    },
    get isEmpty() {
      return waitingBytes === 0;
    },
  };
}

/** The first pieces that go to the same consumer, joined. */
function nextOf(waiting: readonly Piece[]): (Piece & { readonly count: number }) | undefined {
  const [first] = waiting;
  if (first === undefined) return undefined;
  let count = 1;
  let size = first.bytes.length;
  for (const { bytes, hand } of waiting.slice(1)) {
    if (hand !== first.hand || size + bytes.length > joinedBytes) break;
    count += 1;
    size += bytes.length;
  }
  const bytes = count === 1 ? first.bytes : Buffer.concat(waiting.slice(0, count).map((piece) => piece.bytes));
  return { bytes, hand: first.hand, count };
}
