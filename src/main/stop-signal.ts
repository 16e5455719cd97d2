/** Waits for SIGINT or SIGTERM, which then do not end the process. @returns which it was. */
export function stopSignal(): { readonly received: Promise<NodeJS.Signals>; ignore(): void } {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];
  for (const signal of signals) process.on(signal, resolve);
  return {
    received: promise,
    ignore: () => {
      for (const signal of signals) process.off(signal, resolve);
    },
  };
}
