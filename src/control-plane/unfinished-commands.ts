import type { Cluster } from '../core/cluster.ts';
import type { Command } from '../core/command.ts';
import { LongarmError } from '../core/error-code.ts';

/** As many as a person reads; the rest is counted. */
const mostNamed = 5;

/**
 * Refuses what may not be done to a cluster while commands of it are not finished, and names them.
 * @param advice what to do about it, a sentence
 * @throws {LongarmError} `ClusterHasUnfinishedCommands`.
 */
export function requireNoneUnfinished({ address }: Cluster, unfinished: readonly Command[], advice: string): void {
  if (unfinished.length === 0) return;
  const named = unfinished.slice(0, mostNamed).map(({ facts }) => facts.id);
  const more = unfinished.length > mostNamed ? ` and ${unfinished.length - mostNamed} more` : '';
  throw new LongarmError(
    'ClusterHasUnfinishedCommands',
    `Cluster '${address.name}' has commands that are not finished: ${named.join(', ')}${more}. ${advice}`,
  );
}
