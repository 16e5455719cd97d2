import type { WatchSink } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';

/** What a watch told, as short sentences. */
export interface Told {
  /** Takes the next so many of them, waiting until there are. */
  next(count: number): Promise<readonly string[]>;
  /** The errors behind `failed`. */
  readonly failures: readonly unknown[];
}

/** A sink that remembers. */
export function watchTeller(): Told & { readonly sink: WatchSink } {
  const sentences: string[] = [];
  const failures: unknown[] = [];
  let wake: () => void = () => undefined;
  const say = (sentence: string): void => {
    sentences.push(sentence);
    wake();
  };
  return {
    failures,
    next: async (count) => {
      while (sentences.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return sentences.splice(0, count);
    },
    sink: {
      listed: (objects) => say(`listed ${objects.map(({ metadata }) => metadata.name).join(' ')}`),
      changed: ({ metadata }) => say(`changed ${metadata.name}`),
      deleted: ({ metadata }) => say(`deleted ${metadata.name}`),
      failed: (error) => {
        failures.push(error);
        say('failed');
      },
    },
  };
}
