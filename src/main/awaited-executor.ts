import { type Executor, SpoolGone, StartHindered } from '../ports/executor.ts';

/**
 * The executor of a cluster that could not be made, for one command: its kubeconfig cannot be read at the moment, or is
 * damaged. Each call tries again, and the first that succeeds decides for all after it. Until then whoever waits is told
 * why, and nothing is said of what may run there.
 * @param find makes it; called until it succeeds
 * @param name of the cluster, for people
 */
export function awaitedExecutor(find: () => Promise<Executor>, name: string): Executor {
  let found: Executor | undefined;
  let start: 'notAsked' | 'held' | 'passedOn' | 'barred' = 'notAsked';
  const executor = async (): Promise<Executor> => {
    try {
      found ??= await find();
      return found;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new StartHindered(`The cluster '${name}' cannot be reached: ${why}`, {
        reason: 'ClusterUnreachable',
        cause,
      });
    }
  };
  return {
    async start(launch, signal) {
      // Nobody was admitted so far, and whoever is must come by here: as long as it is held, nothing has begun.
      if (start === 'notAsked' && launch.means === undefined) start = 'held';
      const present = await executor();
      if (start === 'barred') throw new Error(`Command ${launch.commandId} was stopped before its cluster was asked.`);
      start = 'passedOn';
      await present.start(launch, signal);
    },
    async *observe(commandId, signal) {
      if (start === 'barred') yield { type: 'neverStarted' };
      else yield* (await executor()).observe(commandId, signal);
    },
    async readOutput(...read) {
      if (start === 'barred') throw new SpoolGone('It was stopped before its cluster was asked.');
      return await (await executor()).readOutput(...read);
    },
    async stop(...order) {
      if (start === 'held') start = 'barred';
      if (start !== 'barred') await (await executor()).stop(...order);
    },
    destroy: async (...which) => await (await executor()).destroy(...which),
    list: async (signal) => await (await executor()).list(signal),
  };
}
