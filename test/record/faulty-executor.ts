import type { CommandId } from '../../src/core/command-id.ts';
import type { Observation } from '../../src/core/observation.ts';
import type { Executor, SpoolEnd } from '../../src/ports/executor.ts';
import { short } from './faulty-feed.ts';
import { type FaultyLine, LineBroken } from './faulty-line.ts';

/** An executor at the far end of a faulty line, which asks to be admitted before it starts anything, as that of pods does. */
export function faultyExecutor(line: FaultyLine, executor: Executor): Executor {
  return {
    start: (launch, signal) =>
      line.call(
        'start',
        short(launch.commandId),
        async (until) => {
          await launch.admit(`means of ${launch.commandId}`);
          await executor.start(launch, until);
        },
        signal,
      ),
    stop: (id, graceMs, signal) => line.call('stop', short(id), (until) => executor.stop(id, graceMs, until), signal),
    destroy: (id, signal) => line.call('destroy', short(id), (until) => executor.destroy(id, until), signal),
    list: (signal) => line.call('list', '', (until) => executor.list(until), signal),
    observe: (id, signal) => observe(line, executor, id, signal),
    readOutput: (id, from, sink, signal) => readOutput(line, executor, id, from, sink, signal),
  };
}

/** A stream breaks off before its first observation or after it, is watched twice, or shows what is old by now. */
async function* observe(
  line: FaultyLine,
  executor: Executor,
  id: CommandId,
  signal: AbortSignal,
): AsyncGenerator<Observation, void> {
  const { fault, dice } = line.draw('observe', short(id));
  const issue = ++line.weather.issued;
  const ms = dice.durationMs(5, line.weather.longestMs);
  const watchInVain = async (until: AbortSignal) => {
    line.arrive('observe', issue);
    for await (const _seen of executor.observe(id, until));
  };
  if (fault === 'dropped') throw new LineBroken('the watch broke before it began');
  if (fault === 'late') {
    line.stray('observe', ms, watchInVain);
    throw new LineBroken('the watch broke before it began');
  }
  if (fault === 'delayed') await line.pause(ms, signal);
  if (fault === 'doubled') line.stray('observe', 0, watchInVain);
  line.arrive('observe', issue);
  try {
    for await (const observation of executor.observe(id, signal)) {
      line.death.throwIfAborted();
      if (fault === 'unanswered') throw new LineBroken('the watch broke off');
      if (fault === 'slow answer') await line.pause(ms, signal);
      line.tell(`sees ${short(id)} ${observation.type}`);
      yield observation;
      line.death.throwIfAborted();
    }
  } finally {
    if (fault === 'echoed') line.stray('observe', ms, watchInVain);
  }
}

/** Reading breaks off after some pieces, before its end is told, or is done twice. */
async function readOutput(
  line: FaultyLine,
  executor: Executor,
  id: CommandId,
  from: number,
  sink: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<SpoolEnd> {
  const { fault, dice } = line.draw('readOutput', `${short(id)} ${from}`);
  const issue = ++line.weather.issued;
  const ms = dice.durationMs(5, line.weather.longestMs);
  const readInVain = async (until: AbortSignal) => {
    line.arrive('readOutput', issue);
    await executor.readOutput(id, from, async () => undefined, until);
  };
  if (fault === 'dropped') throw new LineBroken('reading broke before it began');
  if (fault === 'late') {
    line.stray('readOutput', ms, readInVain);
    throw new LineBroken('reading broke before it began');
  }
  if (fault === 'delayed') await line.pause(ms, signal);
  if (fault === 'doubled') line.stray('readOutput', 0, readInVain);
  let piecesLeft = fault === 'unanswered' ? dice.whole(0, 3) : Number.POSITIVE_INFINITY;
  line.arrive('readOutput', issue);
  try {
    const end = await executor.readOutput(
      id,
      from,
      async (bytes) => {
        line.death.throwIfAborted();
        if (piecesLeft-- <= 0) throw new LineBroken('reading broke off');
        await sink(bytes);
      },
      signal,
    );
    line.death.throwIfAborted();
    if (fault === 'unanswered') throw new LineBroken('reading broke off before its end was told');
    if (fault === 'slow answer') await line.pause(ms, signal);
    return end;
  } finally {
    if (fault === 'echoed') line.stray('readOutput', ms, readInVain);
  }
}
