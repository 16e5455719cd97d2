/**
 * How many execs are begun at once. Each costs a node the start of a program in a container, and those that begin
 * together make each other late.
 */
export class ExecTurns {
  readonly #most: number;
  readonly #line: (() => void)[] = [];
  #taken = 0;

  /** @param most how many tries go on at once. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Waits for a turn. The turn ends when what is returned is called; a second call of it does nothing. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#taken >= this.#most) {
      const turn = Promise.withResolvers<void>();
      const leave = (): void => {
        const at = this.#line.indexOf(turn.resolve);
        if (at >= 0) this.#line.splice(at, 1);
        turn.reject(signal.reason);
      };
      this.#line.push(turn.resolve);
      signal.addEventListener('abort', leave, { once: true });
      try {
        await turn.promise;
      } finally {
        signal.removeEventListener('abort', leave);
      }
    } else {
      this.#taken += 1;
    }
    let over = false;
    return () => {
      if (over) return;
      over = true;
      const next = this.#line.shift();
      if (next === undefined) this.#taken -= 1;
      else next();
    };
  }
}
