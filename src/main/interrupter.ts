/** Hands interrupts on to what is run within this process, as a terminal's Ctrl-C would be. */
export interface Interrupter {
  /** Interrupts everybody who listens, and whoever begins to listen later. */
  interrupt(): void;
  /** As `CliContext.onInterrupt`. A listener that comes late hears at once of what it missed. */
  onInterrupt(listener: () => void): () => void;
}

/** An interrupter that has not interrupted anybody yet. */
export function createInterrupter(): Interrupter {
  const listeners = new Set<() => void>();
  let count = 0;
  return {
    interrupt: () => {
      count += 1;
      for (const listener of listeners) listener();
    },
    onInterrupt: (listener) => {
      listeners.add(listener);
      for (let missed = 0; missed < count; missed++) listener();
      return () => listeners.delete(listener);
    },
  };
}
